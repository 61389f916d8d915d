import { Option } from 'commander';
import type { Change } from '#lib/changes/change-schema';
import type { Command } from '../command.ts';
import { count, relativeTime } from '../format.ts';
import { checkConnection } from '../known-connection.ts';
import { parseCount } from '../options.ts';
import type { Column } from '../table.ts';

interface Options {
  consumer?: string;
  after?: string;
  types?: string;
  connection?: string;
  limit?: number;
}

/** `longshore changes`: the feed that the seller's own systems read. */
export function addChanges(program: Command): void {
  const changes = program.command('changes').description('what changed, as the seller’s own systems read it');
  changes
    .command('list', { isDefault: true })
    .description('changes, the oldest first; reading commits nothing')
    .option('--consumer <id>', 'from where this consumer committed')
    .option('--after <cursor>', 'from this cursor')
    .option('--types <types>', 'of these types only: order.*,fulfillment.added')
    .option('--connection <id>', 'of this connection only')
    .addOption(new Option('--limit <n>', 'how many at most (default: 50)').argParser(parseCount))
    .examples('changes list --consumer erp', 'changes list --types order.created,order.cancelled --json')
    .does(async (session, options: Options) => {
      const page = await session.api.get('/changes', { ...options });
      if (page.changes.length === 0) await checkConnection(session.api, options.connection);
      session.answer(page, () => session.table(page.changes, columns(session.now)) || 'no changes');
      if (!session.json && !page.caughtUp) session.note(`There are more: --after ${page.cursor}`);
    });
  changes
    .command('rebuild')
    .description('publish the orders of the last 30 days that the feed lacks, after an outage of more than a day')
    .examples('changes rebuild --outputs production.json')
    .doesAtDeployment(
      async () => {
        const [{ rebuildFeed }, { everyConnection, getConfiguration }] = await Promise.all([
          import('#lib/changes/rebuild'),
          import('#lib/connections/store'),
        ]);
        return rebuildFeed(everyConnection(await getConfiguration()));
      },
      ({ looked, published }) => `${count(looked, 'order', 'orders')} looked at, ${published} published`,
    );
}

const columns = (now: Date): Column<Change>[] => [
  { title: 'WHEN', value: ({ occurredAt }) => relativeTime(occurredAt, now) },
  { title: 'TYPE', value: ({ type }) => type },
  { title: 'ORDER', value: ({ order, sku }) => order ?? sku ?? '-', flexible: true },
  { title: 'REVISION', value: ({ revision }) => `${revision ?? '-'}` },
  {
    title: 'CHANGED',
    value: ({ changed, delivery }) => delivery ?? (changed.join(', ') || '-'),
    flexible: true,
    minor: true,
  },
];
