import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { ask, may, type Shape, wordsOf } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Id, None, Outside, Time } from '../kit/text.tsx';
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
            { title: 'Committed', cell: ({ committed }) => (committed ? <Id>{committed}</Id> : 'nothing yet') },
            { title: 'Lag', cell: lagOf, kind: 'number' },
          ]}
        />
      )}
      {consumers?.length === 0 && (
        <p class="empty">Nobody reads the feed. A consumer is made with `longshore consumers create NAME`.</p>
      )}
      {may('ops') && <Endpoints />}
      <AsCommand lines={[longshore('consumers list'), curl('GET', '/consumers')]} />
    </Screen>
  );
}

/** Whom the hub pushes the changes to, and what each said when it was tried. */
function Endpoints() {
  const live = useLive<{ endpoints: Endpoint[] }>('endpoints', () => ask('get', '/endpoints'));
  const [said, setSaid] = useState('');
  const endpoints = live.value?.endpoints ?? [];
  const act = async (id: string, verb: Verb) => {
    setSaid('');
    try {
      const answer = await ask<Partial<Shape<'EndpointTest'>>>('post', `/endpoints/${id}/${verb}`, {});
      setSaid(verb === 'test' ? outcomeOf(id, answer) : `${id} was ${verb}d.`);
    } catch (error) {
      setSaid(wordsOf(error));
    }
    void live.reload();
  };
  const button = (id: string, verb: Verb) => (
    <button type="button" aria-label={`${TITLES[verb]} ${id}`} onClick={() => void act(id, verb)}>
      {TITLES[verb]}
    </button>
  );
  return (
    <>
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
                {button(id, state === 'paused' ? 'resume' : 'pause')} {button(id, 'test')}
              </>
            ),
          },
        ]}
      />
      {live.value && endpoints.length === 0 && (
        <p class="empty">This hub pushes to no endpoint: whoever follows the changes reads the feed.</p>
      )}
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
