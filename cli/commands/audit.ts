import type { Act } from '#lib/platform/audit-schema';
import type { Command } from '../command.ts';
import { relativeTime } from '../format.ts';
import { since } from '../options.ts';
import type { Column } from '../table.ts';

export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('who replayed, closed, admitted, corrected … what, and why')
    .addOption(since('done'))
    .examples('audit --since 7d', 'audit --all --json')
    .lists('/audit', { columns, none: 'nobody did anything' });
}

const columns = (now: Date): Column<Act>[] => [
  { title: 'WHEN', value: ({ at }) => relativeTime(at, now) },
  { title: 'BY', value: ({ by }) => by, flexible: true },
  { title: 'ACT', value: ({ act }) => act },
  { title: 'ABOUT', value: ({ about }) => about ?? '-', flexible: true },
  { title: 'REASON', value: ({ reason }) => reason ?? '-', flexible: true },
  { title: 'DETAIL', value: ({ detail }) => JSON.stringify(detail), flexible: true, minor: true },
];
