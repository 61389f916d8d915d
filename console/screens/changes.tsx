import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { useAct } from '../kit/dialog.tsx';
import { ask, may, type Shape } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { segment } from '../kit/place.ts';
import { Problem, Screen, Skeleton } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Id, Outside, State } from '../kit/text.tsx';
import { count, duration } from '../kit/words.ts';

type Consumer = Shape<'Consumer'>;

interface Endpoint {
  id: string;
  state: string;
  lagSeconds?: number | null;
  lastError?: { description?: string; code?: string } | string | null;
}

const lagOf = ({ lagSeconds, lagEntries }: { lagSeconds?: number | null; lagEntries?: number | null }): string => {
  if (lagSeconds === null || lagSeconds === undefined) return '–';
  const entries = lagEntries ? `, ${count(lagEntries, 'change')}` : '';
  return lagSeconds === 0 ? 'none' : `${duration(lagSeconds * 1000)}${entries}`;
};

const errorOf = ({ lastError }: Endpoint): string | undefined =>
  typeof lastError === 'string' ? lastError : (lastError?.description ?? lastError?.code);

/** Who follows the seller's changes, and how far behind each is. */
export function Changes() {
  const consumers = useLive<{ consumers: Consumer[] }>('/consumers', () => ask('get', '/consumers'));
  const endpoints = useLive<{ endpoints: Endpoint[] }>(may('ops') ? '/endpoints' : null, () =>
    ask('get', '/endpoints'),
  );
  const [said, setSaid] = useState('');
  const isBusy = !consumers.value && !consumers.error;
  return (
    <Screen title="Changes" busy={isBusy}>
      <p role="status">{said}</p>
      {isBusy && <Skeleton />}
      <Problem of={consumers} />
      {consumers.value && (
        <Table
          name="Consumers"
          caption
          rows={consumers.value.consumers}
          idOf={({ id }) => id}
          columns={[
            { title: 'Consumer', cell: ({ id }) => <Outside>{id}</Outside>, kind: 'wide' },
            { title: 'Committed', cell: ({ committed }) => (committed ? <Id>{committed}</Id> : 'nothing yet') },
            { title: 'Lag', cell: lagOf, kind: 'number' },
          ]}
        />
      )}
      {consumers.value?.consumers.length === 0 && (
        <p class="empty">Nobody reads the feed. A consumer is made with PUT /consumers/NAME.</p>
      )}
      {endpoints.error?.status === 404 ? (
        <p class="muted">This hub pushes to no endpoints yet.</p>
      ) : (
        <Problem of={endpoints} />
      )}
      {endpoints.value && (
        <Table
          name="Endpoints"
          caption
          rows={endpoints.value.endpoints}
          idOf={({ id }) => id}
          columns={[
            { title: 'Endpoint', cell: ({ id }) => <Outside>{id}</Outside> },
            { title: 'State', cell: ({ state }) => <State as={state === 'active' ? 'well' : state}>{state}</State> },
            { title: 'Lag', cell: lagOf, kind: 'number' },
            { title: 'Last error', cell: (endpoint) => <Outside>{errorOf(endpoint)}</Outside>, kind: 'wide' },
            {
              title: 'Do',
              cell: (endpoint) => <Buttons endpoint={endpoint} onSaid={setSaid} onDone={endpoints.reload} />,
            },
          ]}
        />
      )}
      <AsCommand lines={[curl('GET', '/consumers'), longshore('endpoints list'), curl('GET', '/endpoints')]} />
    </Screen>
  );
}

interface ButtonsProps {
  endpoint: Endpoint;
  onSaid: (text: string) => void;
  onDone: () => Promise<void>;
}

function Buttons({ endpoint: { id, state }, onSaid, onDone }: ButtonsProps) {
  const path = (verb: string) => `/endpoints/${segment(id)}/${verb}`;
  const test = useAct(async () => {
    const answer = await ask<Record<string, unknown>>('post', path('test'));
    onSaid(`${id}: ${wordsOfTest(answer)}`);
    await onDone();
  });
  const isPaused = state === 'paused';
  const turn = useAct(async () => {
    await ask('post', path(isPaused ? 'resume' : 'pause'));
    onSaid(`${id} is ${isPaused ? 'resumed' : 'paused'}.`);
    await onDone();
  });
  const verb = isPaused ? 'Resume' : 'Pause';
  return (
    <span class="actions">
      <button type="button" aria-label={`${verb} ${id}`} disabled={turn.isDoing} onClick={() => void turn.run()}>
        {verb}
      </button>
      <button type="button" aria-label={`Test ${id}`} disabled={test.isDoing} onClick={() => void test.run()}>
        Test
      </button>
      {(test.error ?? turn.error) && (
        <span role="alert">
          <Outside>{test.error ?? turn.error}</Outside>
        </span>
      )}
    </span>
  );
}

/** What the endpoint said, in its own words. */
function wordsOfTest(answer: Record<string, unknown>): string {
  const { httpStatus, status, description, error, outcome } = answer as Record<
    string,
    string | number | { description?: string } | undefined
  >;
  const words = [
    outcome,
    (httpStatus ?? status) && `HTTP ${httpStatus ?? status}`,
    description,
    typeof error === 'object' ? error?.description : error,
  ];
  return words.filter(Boolean).join(', ') || 'sent';
}
