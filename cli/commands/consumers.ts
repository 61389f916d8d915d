import type { ConsumerAnswer as Consumer } from '#lib/api/changes';
import type { Command } from '../command.ts';
import { refusal } from '../errors.ts';
import { count, describeSeconds, relativeTime } from '../format.ts';
import { parseInstant, yes } from '../options.ts';
import type { Session } from '../session.ts';
import type { Column } from '../table.ts';

const at = (id: string, verb = ''): string => `/consumers/${encodeURIComponent(id)}${verb}`;
/** `earliest`, `latest` and cursors as they are; what the other commands take as an instant as one. */
const placeOf = (text: string): string => {
  try {
    return parseInstant(text);
  } catch {
    return text;
  }
};

/** `longshore consumers`: who reads the feed, and how far each is. */
export function addConsumers(program: Command): void {
  const consumers = program.command('consumers').description('who reads the changes, and how far behind each is');
  consumers
    .command('list', { isDefault: true })
    .description('all consumers')
    .examples('consumers list', 'consumers list --json')
    .does(async (session) => {
      const answer = await session.api.get('/consumers');
      session.answer(answer, () => session.table(answer.consumers, columns(session.now)) || 'no consumers');
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
    .does(async (session, id: string, { yes: isSure }: { yes?: true }) => {
      if (!isSure) throw refusal(`${id} would begin anew: --yes to go on`);
      tell(session, await session.api.delete<Consumer>(at(id)));
    });
}

const tell = (session: Session, consumer: Consumer): void =>
  session.answer(consumer, ({ id }) => `${id}: ${lagOf(consumer)}`);

const lagOf = ({ lagEntries, lagSeconds }: Consumer): string =>
  lagEntries === 0 ? 'caught up' : `${count(lagEntries, 'change', 'changes')} behind, ${describeSeconds(lagSeconds)}`;

const columns = (now: Date): Column<Consumer>[] => [
  { title: 'CONSUMER', value: ({ id }) => id },
  { title: 'BEHIND', value: lagOf },
  { title: 'COMMITTED', value: ({ updatedAt }) => relativeTime(updatedAt, now) },
];
