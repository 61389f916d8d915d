import { type Answer, hubNow, type Shape, useAnswer } from '../kit/hub.ts';
import { hrefOf } from '../kit/place.ts';
import { Items, Region, Screen } from '../kit/screen.tsx';
import { type Columns, linked, Table } from '../kit/table.tsx';
import { Outside, State, Time } from '../kit/text.tsx';
import { count } from '../kit/words.ts';

export type Connection = Shape<'Connection'>;

/** How a connection's polls are, in a word. */
export function Health({ of: { poll, pollIntervalSeconds, awaySince } }: { of: Connection }) {
  if (awaySince !== null) return <State as="failed">away</State>;
  if (poll.lastError !== null) return <State as="failed">last poll failed</State>;
  if (poll.backfill) return <State>reading again</State>;
  if (poll.lastPolledAt === null) return <State>not polled yet</State>;
  const isOld = hubNow() - Date.parse(poll.lastPolledAt) > 3 * pollIntervalSeconds * 1000 + 120_000;
  return isOld ? <State as="late">polls stay away</State> : <State>well</State>;
}

/** New orders by who told of them first. */
export function firsts(misses: Connection['misses']) {
  const missed = misses.reduce((sum, { firstByPoll }) => sum + firstByPoll, 0);
  return { missed, all: misses.reduce((sum, { firstByWebhook }) => sum + firstByWebhook, missed) };
}

/** Orders that no webhook told of first, of all new ones. */
export function missedOf({ misses }: Connection): string | null {
  const { missed, all } = firsts(misses);
  return all === 0 ? null : `${missed} of ${all}`;
}

const columns: Columns<Connection> = [
  linked('Connection', '/connections', ({ id }) => [id]),
  ['Marketplace', ({ marketplace }) => marketplace],
  ['Health', (connection) => <Health of={connection} />],
  ['Last poll', ({ poll }) => <Time at={poll.lastPolledAt} seconds />],
  ['Next poll', ({ poll }) => <Time at={poll.nextPollAt} seconds />],
  ['Budget', ({ requestsPerMinute }) => `${requestsPerMinute} a minute`, 'number'],
  ['Missed', missedOf, 'number'],
  ['Last error', ({ poll }) => poll.lastError, 'wide'],
];
const NONE = (
  <>
    There is no connection yet: <code>longshore connections put</code> puts the connections file.
  </>
);

const routeColumns: Columns<Answer<'get', '/connections'>['routes'][number]> = [
  ['From', ({ from }) => (from === '*' ? 'any connection' : from)],
  [
    'Where',
    ({ match = {} }) =>
      Object.entries(match)
        .map((each) => each.join(' '))
        .join(', ') || 'any line',
  ],
  ['To', ({ to }) => to, 'wide'],
];

/** The accounts at the marketplaces, who ships what, and what was removed. */
export function Connections() {
  const live = useAnswer('/connections');
  const { connections, routes = [], removed = [] } = live.value ?? {};
  return (
    <Screen title="Connections" of={live}>
      <Table name="Connections" columns={columns} rows={connections} empty={NONE} isMain />
      {routes.length > 0 && (
        <Region title="Routes">
          <p class="muted">Tried in this order for each line of an order.</p>
          <Table name="Routes" columns={routeColumns} rows={routes} />
        </Region>
      )}
      {removed.length > 0 && (
        <Region title="Removed">
          <Items
            of={removed.map(({ id, removedAt, deliveries: { pending, blocked, dead } }) => (
              <>
                <a href={hrefOf('/deliveries', { connection: id })}>
                  <Outside>{id}</Outside>
                </a>
                , since <Time at={removedAt} />: {count(pending + blocked + dead, 'delivery waits', 'deliveries wait')}{' '}
                until it comes back
              </>
            ))}
          />
        </Region>
      )}
    </Screen>
  );
}
