import type { Command } from 'commander';
import type { RemapRecord } from '#lib/api/remaps';
import { relativeTime } from '../format.ts';
import { answerList, readList } from '../list.ts';
import { addListOptions, examples, type ListOptions } from '../options.ts';
import { openSession } from '../session.ts';
import type { Column } from '../table.ts';

/** `longshore remaps`: what was remapped, by whom and why. */
export function addRemaps(program: Command): void {
  addListOptions(
    program
      .command('remaps')
      .description('what was remapped, by whom and why')
      .command('list')
      .description('remaps that were applied, newest first'),
  )
    .addHelpText('after', examples('remaps list', 'remaps list --all --json'))
    .action(async (options: ListOptions, command: Command) => {
      const session = openSession(command);
      const page = await readList<'remaps', RemapRecord>(session.api, '/remaps', 'remaps', {}, options);
      answerList(session, page, 'remaps', columns(session.now), 'nothing was remapped');
    });
}

const columns = (now: Date): Column<RemapRecord>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'APPLIED', value: ({ applied }) => String(applied), right: true },
  { title: 'EXAMINED', value: ({ examined }) => String(examined), right: true, minor: true },
  { title: 'WHEN', value: ({ at }) => relativeTime(at, now) },
  { title: 'BY', value: ({ by }) => by, flexible: true, minor: true },
  {
    title: 'WHAT',
    value: ({ filter }) =>
      Object.entries(filter)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    flexible: true,
  },
  { title: 'REASON', value: ({ reason }) => reason ?? '-', flexible: true },
];
