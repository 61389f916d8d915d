import type { RemapRecord } from '#lib/api/remaps';
import type { Command } from '../command.ts';
import { relativeTime } from '../format.ts';
import type { Column } from '../table.ts';

/** `longshore remaps`: what was remapped, by whom and why. */
export function addRemaps(program: Command): void {
  program
    .command('remaps')
    .description('what was remapped, by whom and why')
    .command('list')
    .description('remaps that were applied, newest first')
    .examples('remaps list', 'remaps list --all --json')
    .lists('/remaps', { columns, none: 'nothing was remapped' });
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
