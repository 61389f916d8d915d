import { Option } from 'commander';
import type { ConsumerAnswer as Consumer } from '#lib/api/changes';
import type { Change } from '#lib/changes/change-schema';
import type { Command } from '../command.ts';
import { refusal } from '../errors.ts';
import { count, describeLag, relativeTime } from '../format.ts';
import { unlessUnknown } from '../known.ts';
import { parseCount, parseInstant, yes } from '../options.ts';
import type { Session } from '../session.ts';
import type { Column } from '../table.ts';

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
    .does(async (session, options: { connection?: string }) => {
      const ask = session.api.get('/changes', { ...options });
      const page = await ask.catch(unlessUnknown(session.api, options.connection));
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

const at = (id: string, verb = ''): string => `/consumers/${encodeURIComponent(id)}${verb}`;
/** An instant in any form that commands accept, in UTC; `earliest`, `latest` and cursors stay as they are. */
const placeOf = (text: string): string => {
  try {
    return parseInstant(text);
  } catch {
    return text;
  }
};

export function addConsumers(program: Command): void {
  const consumers = program.command('consumers').description('who reads the changes, and how far behind each is');
  consumers
    .command('list', { isDefault: true })
    .description('all consumers')
    .examples('consumers list', 'consumers list --json')
    .does(async (session) => {
      const answer = await session.api.get('/consumers');
      session.answer(answer, () => session.table(answer.consumers, consumerColumns(session.now)) || 'no consumers');
    });
  consumers
    .command('create <id>')
    .description('make a consumer; one that exists stays where it is')
    .option('--from <place>', 'earliest, latest, or an instant such as 3d', 'earliest')
    .examples('consumers create erp --from latest')
    .does(async (session, id: string, { from }: { from: string }) => {
      tell(session, await session.api.put<Consumer>(at(id), { from: placeOf(from) }));
    });
  consumers
    .command('seek <id> <place>')
    .description('go back or forth: earliest, latest, an instant such as 3d, or a cursor')
    .examples('consumers seek erp 2d', 'consumers seek erp latest')
    .does(async (session, id: string, place: string) => {
      tell(session, await session.api.post<Consumer>(at(id, '/seek'), { to: placeOf(place) }));
    });
  consumers
    .command('delete <id>')
    .description('forget a consumer and how far it was')
    .addOption(yes('really'))
    .examples('consumers delete old-erp --yes')
    .checks((id: string, { yes: isSure }: { yes?: true }) => {
      if (!isSure) throw refusal(`${id} would begin anew: --yes to go on`);
    })
    .does(async (session, id: string) => tell(session, await session.api.delete<Consumer>(at(id))));
}

const tell = (session: Session, consumer: Consumer): void =>
  session.answer(consumer, ({ id }) => `${id}: ${describeLag(consumer)}`);

const consumerColumns = (now: Date): Column<Consumer>[] => [
  { title: 'CONSUMER', value: ({ id }) => id },
  { title: 'BEHIND', value: describeLag },
  { title: 'COMMITTED', value: ({ updatedAt }) => relativeTime(updatedAt, now) },
];
