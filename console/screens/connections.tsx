import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { hubNow, type Shape } from '../kit/hub.ts';
import { useAnswer } from '../kit/live.ts';
import { hrefOf } from '../kit/place.ts';
import { Region, Screen } from '../kit/screen.tsx';
import { type Column, linked, Table } from '../kit/table.tsx';
import { Outside, State } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { count } from '../kit/words.ts';

export type Connection = Shape<'Connection'>;
interface Configuration {
  connections: Connection[];
  removed: Array<Shape<'RemovedConnection'>>;
  routes: Array<Shape<'Route'>>;
}

/** All connections are one answer, for the list and for each. */
export const useConfiguration = () => useAnswer<Configuration>('/connections');

/** How a connection's polls are, in a word. */
export function Health({ of: { poll, pollIntervalSeconds, awaySince } }: { of: Connection }) {
  if (awaySince !== null) return <State as="failed">away</State>;
  if (poll.lastError !== null) return <State as="failed">last poll failed</State>;
  if (poll.backfill) return <State>reading again</State>;
  if (poll.lastPolledAt === null) return <State>not polled yet</State>;
  const isOld = hubNow() - Date.parse(poll.lastPolledAt) > 3 * pollIntervalSeconds * 1000 + 120_000;
  return isOld ? <State as="late">polls stay away</State> : <State>well</State>;
}

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** Orders that no webhook told of first, of all new ones. */
export function missedOf({ misses }: Pick<Connection, 'misses'>): string | null {
  const missed = sumOf(misses.map(({ firstByPoll }) => firstByPoll));
  const all = missed + sumOf(misses.map(({ firstByWebhook }) => firstByWebhook));
  return all === 0 ? null : `${missed} of ${all}`;
}

const columns: ReadonlyArray<Column<Connection>> = [
  linked('Connection', '/connections', ({ id }) => [id]),
  ['Marketplace', ({ marketplace }) => marketplace],
  ['Health', (connection) => <Health of={connection} />],
  ['Last poll', ({ poll }) => <Time at={poll.lastPolledAt} seconds />],
  ['Next poll', ({ poll }) => <Time at={poll.nextPollAt} seconds />],
  ['Budget', ({ requestsPerMinute }) => `${requestsPerMinute} a minute`, 'number'],
  ['Missed', missedOf, 'number'],
  ['Last error', ({ poll }) => poll.lastError, 'wide'],
];

/** The accounts at the marketplaces, who ships what, and what was removed. */
export function Connections() {
  const live = useConfiguration();
  const { connections = [], routes = [], removed = [] } = live.value ?? {};
  return (
    <Screen title="Connections" of={live}>
      {live.value && connections.length === 0 && (
        <p class="empty">
          There is no connection yet: <code>longshore connections put</code> puts the connections file.
        </p>
      )}
      {connections.length > 0 && <Table name="Connections" rows={connections} columns={columns} isMain />}
      {routes.length > 0 && (
        <Region title="Routes">
          <p class="muted">Tried in this order for each line of an order.</p>
          <ol class="routes">
            {routes.map((route) => (
              <li key={JSON.stringify(route)}>
                <Outside>{route.from === '*' ? 'any connection' : route.from}</Outside>
                {Object.entries(route.match ?? {}).map(([name, wanted]) => (
                  <code key={name}>
                    {name} {String(wanted)}
                  </code>
                ))}
                <span aria-hidden="true">→</span> <span class="unseen">to</span> <Outside>{route.to}</Outside>
              </li>
            ))}
          </ol>
        </Region>
      )}
      {removed.length > 0 && (
        <Region title="Removed">
          <ul class="paths">
            {removed.map(({ id, removedAt, deliveries: { pending, blocked, dead } }) => (
              <li key={id}>
                <a href={hrefOf('/deliveries', { connection: id })}>
                  <Outside>{id}</Outside>
                </a>
                , since <Time at={removedAt} />: {count(pending + blocked + dead, 'delivery waits', 'deliveries wait')}{' '}
                until it comes back
              </li>
            ))}
          </ul>
        </Region>
      )}
      <AsCommand lines={[longshore('connections list'), curl('GET', '/connections')]} />
    </Screen>
  );
}
