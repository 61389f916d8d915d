import type { DeadLetter, DeadLetterReplay } from '#lib/api/dead-letters';
import type { Command } from '../command.ts';
import { refusal } from '../errors.ts';
import { count, relativeTime } from '../format.ts';
import { reason, yes } from '../options.ts';
import type { Column } from '../table.ts';

export function addDeadLetters(program: Command): void {
  const letters = program.command('dead-letters').description('the messages in the dead-letter queues');
  letters
    .command('list')
    .description('messages that made a function fail, and reports of dead deliveries')
    .option('--queue <name>', 'of this queue; up to 20 of each without it')
    .examples('dead-letters list', 'dead-letters list --queue inbound-dead-letters')
    .does(async (session, options: { queue?: string }) => {
      const found = await session.api.get('/dead-letters', { ...options });
      session.answer(found, ({ deadLetters }) =>
        deadLetters.length > 0 ? session.table(deadLetters, columns(session.now)) : 'no dead letters',
      );
      if (session.json) return;
      for (const { queue, total } of found.queues.filter(({ complete }) => !complete))
        session.note(`${queue}: about ${total} in all, not all of them are shown`);
    });
  letters
    .command('replay')
    .description('send messages that made a function fail back to their queue, and drop outdated reports')
    .requiredOption('--queue <name>', 'of this queue')
    .addOption(yes('do it; without it, they are only counted'))
    .addOption(reason())
    .examples('dead-letters replay --queue inbound-dead-letters --reason "the mapper is fixed" --yes')
    .does(async (session, { yes: sure, ...asked }: { queue: string; yes?: boolean; reason?: string }) => {
      const done = await session.api.post<DeadLetterReplay>('/dead-letters/replay', { ...asked, dryRun: !sure });
      session.answer(done, describe);
      if (!sure && done.moved + done.dropped > 0) throw refusal('nothing was moved: say --yes to do it');
    });
}

const columns = (now: Date): Column<DeadLetter>[] => [
  { title: 'QUEUE', value: ({ queue }) => queue },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'SENT', value: ({ sentAt }) => relativeTime(sentAt, now) },
  { title: 'RECEIVES', value: ({ receives }) => String(receives), right: true, minor: true },
  { title: 'ABOUT', value: ({ delivery, event }) => delivery?.id ?? event?.id ?? '-' },
  { title: 'NOW', value: ({ delivery, event }) => delivery?.state ?? event?.topic ?? '-', flexible: true },
];

function describe(done: DeadLetterReplay): string {
  const { queue, moved, dropped, kept, complete } = done;
  const replayId = 'replayId' in done ? done.replayId : undefined;
  const would = replayId ? '' : 'would be ';
  const lines = [
    `${count(moved, 'message', 'messages')} ${would}sent back, ${dropped} ${would}dropped (their deliveries are no longer dead), ${kept} kept (theirs are: replay the deliveries)`,
  ];
  if (!complete) lines.push(`There are more in ${queue}: ask again.`);
  if (replayId) lines.push(`On record as ${replayId}.`);
  return lines.join('\n');
}
