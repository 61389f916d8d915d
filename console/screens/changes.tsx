import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { useAct } from '../kit/dialog.tsx';
import { ask, may, type Shape } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { segment } from '../kit/place.ts';
import { Problem, Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Alert, Id, None, Outside, Time } from '../kit/text.tsx';
import { count, duration } from '../kit/words.ts';

type Consumer = Shape<'Consumer'>;
type Endpoint = Shape<'Endpoint'>;
type Verb = 'test' | 'pause' | 'resume';

const lagOf = ({ lagSeconds, lagEntries }: Pick<Consumer, 'lagSeconds' | 'lagEntries'>): string =>
  lagEntries === 0 ? 'none' : `${duration(lagSeconds * 1000)}, ${count(lagEntries, 'change')}`;

/** Who follows the seller's changes, and how far behind each is. */
export function Changes() {
  const live = useLive<{ consumers: Consumer[] }>('consumers', () => ask('get', '/consumers'));
  const consumers = live.value?.consumers;
  return (
    <Screen title="Changes" of={live}>
      {consumers && (
        <Table
          name="Consumers"
          caption
          rows={consumers}
          idOf={({ id }) => id}
          columns={[
            { title: 'Consumer', cell: ({ id }) => <Outside>{id}</Outside>, kind: 'wide' },
            {
              title: 'Committed',
              cell: ({ committed }) => (committed ? <Id>{committed}</Id> : 'nothing yet'),
              kind: 'minor',
            },
            { title: 'Lag', cell: lagOf, kind: 'number' },
          ]}
        />
      )}
      {consumers?.length === 0 && (
        <p class="empty">
          Nobody reads the feed. A consumer is made with <code>longshore consumers create NAME</code>.
        </p>
      )}
      {may('ops') && <Endpoints />}
      <AsCommand
        lines={[
          ...[longshore('consumers list'), curl('GET', '/consumers')],
          ...(may('ops') ? [longshore('endpoints list'), curl('GET', '/endpoints')] : []),
        ]}
      />
    </Screen>
  );
}

/** Whom the hub pushes the changes to, and what each said when it was tried. */
function Endpoints() {
  const live = useLive<{ endpoints: Endpoint[] }>('endpoints', () => ask('get', '/endpoints'));
  const [said, setSaid] = useState('');
  const endpoints = live.value?.endpoints ?? [];
  const tell = (text: string) => {
    setSaid(text);
    void live.reload();
  };
  return (
    <>
      <Problem of={live} />
      <p role="status">{said}</p>
      <Table
        name="Endpoints"
        caption
        rows={endpoints}
        idOf={({ id }) => id}
        columns={[
          { title: 'Endpoint', cell: ({ id }) => <Outside>{id}</Outside>, kind: 'wide' },
          { title: 'State', cell: ({ state, paused }) => (paused ? `paused: ${WHY[paused.why]}` : state) },
          { title: 'Lag', cell: lagOf, kind: 'number' },
          { title: 'Last error', cell: lastErrorOf },
          {
            title: 'Actions',
            cell: ({ id, state }) => (
              <>
                <Act id={id} verb={state === 'paused' ? 'resume' : 'pause'} tell={tell} />{' '}
                <Act id={id} verb="test" tell={tell} />
              </>
            ),
          },
        ]}
      />
      {live.value && endpoints.length === 0 && (
        <p class="empty">
          The hub pushes to no endpoint. One is made with <code>longshore endpoints add NAME --to URL</code>.
        </p>
      )}
    </>
  );
}

/** One thing to do with an endpoint; `tell` is told what came of it. */
function Act({ id, verb, tell }: { id: string; verb: Verb; tell: (text: string) => void }) {
  const { run, isDoing, error } = useAct(async () => {
    const answer = await ask<Partial<Shape<'EndpointTest'>>>('post', `/endpoints/${segment(id)}/${verb}`, {});
    tell(verb === 'test' ? outcomeOf(id, answer) : `${id} was ${verb}d.`);
  });
  return (
    <>
      <button type="button" aria-label={`${TITLES[verb]} ${id}`} aria-disabled={isDoing} onClick={() => void run()}>
        {TITLES[verb]}
      </button>
      <Alert>{error}</Alert>
    </>
  );
}

const TITLES = { test: 'Test', pause: 'Pause', resume: 'Resume' } as const;
const WHY = { failing: 'it fails', gone: 'it answered 410', expired: 'it was away too long', asked: 'asked' } as const;

const outcomeOf = (id: string, { ok, httpStatus, code, description }: Partial<Shape<'EndpointTest'>>): string =>
  ok ? `${id} took it (${httpStatus}).` : `${id}: ${description ?? code}`;

const lastErrorOf = ({ lastError }: Endpoint) =>
  lastError ? (
    <>
      {lastError.code} <Time at={lastError.at} />
    </>
  ) : (
    <None />
  );
