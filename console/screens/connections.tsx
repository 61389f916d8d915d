import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { hrefOf } from '../kit/place.ts';
import { Region, Screen } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { count } from '../kit/words.ts';

export type Connection = Shape<'Connection'>;
interface Answer {
  connections: Connection[];
  removed: Shape<'RemovedConnection'>[];
  routes: Shape<'Route'>[];
}

/** All connections are one answer, for the list and for each. */
export const useConfiguration = () => useLive<Answer>('configuration', () => ask('get', '/connections'));

/** How a connection's polls are, in a word. */
export const healthOf = (
  { poll, pollIntervalSeconds, awaySince }: Connection,
  now = Date.now(),
): { word: string; as: string } => {
  if (awaySince !== null) return { word: 'away', as: 'failed' };
  if (poll.lastError !== null) return { word: 'last poll failed', as: 'failed' };
  if (poll.backfill) return { word: 'reading again', as: 'plain' };
  if (poll.lastPolledAt === null) return { word: 'not polled yet', as: 'plain' };
  const isOld = now - Date.parse(poll.lastPolledAt) > 3 * pollIntervalSeconds * 1000 + 120_000;
  return isOld ? { word: 'polls stay away', as: 'late' } : { word: 'well', as: 'well' };
};

/** Orders that no webhook told of first, of all new ones. */
export function missedOf({ misses }: Connection): string {
  const missed = misses.reduce((sum, { firstByPoll }) => sum + firstByPoll, 0);
  const all = misses.reduce((sum, { firstByPoll, firstByWebhook }) => sum + firstByPoll + firstByWebhook, 0);
  return all === 0 ? '–' : `${missed} of ${all}`;
}

const columns: readonly Column<Connection>[] = [
  {
    title: 'Connection',
    cell: ({ id }) => (
      <LinkTo list="/connections" id={id}>
        <Outside>{id}</Outside>
      </LinkTo>
    ),
  },
  { title: 'Marketplace', cell: ({ marketplace }) => marketplace, kind: 'minor' },
  { title: 'Health', cell: (connection) => <State as={healthOf(connection).as}>{healthOf(connection).word}</State> },
  { title: 'Last poll', cell: ({ poll }) => <Time at={poll.lastPolledAt} seconds /> },
  { title: 'Next poll', cell: ({ poll }) => <Time at={poll.nextPollAt} seconds />, kind: 'minor' },
  { title: 'Budget', cell: ({ requestsPerMinute }) => `${requestsPerMinute} a minute`, kind: 'number' },
  { title: 'Missed', cell: missedOf, kind: 'number' },
  { title: 'Last error', cell: ({ poll }) => <Outside>{poll.lastError}</Outside>, kind: 'wide' },
];

/** The accounts at the marketplaces, who ships what, and what was removed. */
export function Connections() {
  const live = useConfiguration();
  const { value } = live;
  return (
    <Screen title="Connections" of={live}>
      {value?.connections.length === 0 && (
        <p class="empty">
          There is no connection yet: <code>longshore connections put</code> puts the connections file.
        </p>
      )}
      {value && value.connections.length > 0 && (
        <Table name="Connections" rows={value.connections} columns={columns} idOf={({ id }) => id} isMain />
      )}
      {value && value.routes.length > 0 && (
        <Region title="Routes">
          <p class="muted">Tried in this order for each line of an order.</p>
          <ol class="routes">
            {value.routes.map((route) => (
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
      {value && value.removed.length > 0 && (
        <Region title="Removed">
          <ul>
            {value.removed.map(({ id, removedAt, deliveries: { pending, blocked, dead } }) => (
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
