import type { Connection, RemovedConnection } from '#lib/api/connection-schema';
import type { Command } from '../command.ts';
import { describeOpen, describeSeconds, relativeTime } from '../format.ts';
import type { Column } from '../table.ts';
import { addCheckConnections } from './check-connections.ts';
import { addPutConnections } from './put-connections.ts';
import { addShape, addTry } from './try-connection.ts';

/** `longshore connections`: the accounts at the marketplaces. */
export function addConnections(program: Command): void {
  const connections = program.command('connections').description('the accounts at the marketplaces');
  connections
    .command('list')
    .description('when each was polled, what broke off, and how many orders its webhooks missed')
    .examples('connections list', 'connections list --json')
    .does(async (session) => {
      const found = await session.api.get('/connections');
      session.answer(found, ({ connections: all, removed }) =>
        [
          all.length > 0 ? session.table(all, columns(session.now)) : 'no connections',
          ...(removed.length > 0 ? [session.table(removed, removedColumns(session.now))] : []),
        ].join('\n\n'),
      );
    });
  addCheckConnections(connections);
  addPutConnections(connections);
  addShape(connections);
  addTry(connections);
}

const removedColumns = (now: Date): Column<RemovedConnection>[] => [
  { title: 'REMOVED', value: ({ id }) => id },
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace, minor: true },
  { title: 'WHEN', value: ({ removedAt }) => relativeTime(removedAt, now) },
  { title: 'OF ITS DELIVERIES', value: ({ deliveries }) => describeOpen(deliveries) },
];

const columns = (now: Date): Column<Connection>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace, minor: true },
  {
    title: 'EVERY',
    value: ({ pollIntervalSeconds }) => describeSeconds(pollIntervalSeconds),
    right: true,
    minor: true,
  },
  { title: 'POLLED', value: ({ poll }) => relativeTime(poll.lastPolledAt, now) },
  { title: 'NEXT', value: ({ poll }) => relativeTime(poll.nextPollAt, now) },
  { title: 'BACKFILL', value: ({ poll }) => (poll.backfill ? `since ${poll.backfill.since}` : '-'), flexible: true },
  { title: 'AWAY', value: ({ awaySince }) => (awaySince ? relativeTime(awaySince, now) : '-') },
  { title: 'BROKE OFF', value: ({ poll }) => poll.lastError ?? '-', flexible: true },
  { title: 'MISSED', value: missedOf, flexible: true },
  { title: 'SHAPE', value: shapeOf },
  { title: 'URL', value: ({ baseUrl }) => baseUrl, flexible: true, minor: true },
];

/** Of the latest day on record: orders that a poll had to find, of all new ones. */
function missedOf({ misses: [latest] }: Connection): string {
  if (!latest) return '-';
  const { firstByPoll, firstByWebhook } = latest;
  return `${firstByPoll} of ${firstByPoll + firstByWebhook}`;
}

/** Members of its bodies that came up and vanished within a week: `+2 -1`. */
const shapeOf = ({ shape: { appeared, vanished } }: Connection): string =>
  [appeared && `+${appeared}`, vanished && `-${vanished}`].filter(Boolean).join(' ') || '-';
