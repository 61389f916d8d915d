import type { Command } from 'commander';
import type { Act } from '#lib/platform/audit-schema';
import { relativeTime } from '../format.ts';
import { answerList, readList } from '../list.ts';
import { addListOptions, examples, type ListOptions, since } from '../options.ts';
import { openSession } from '../session.ts';
import type { Column } from '../table.ts';

/** `longshore audit`: what people did. */
export function addAudit(program: Command): void {
  addListOptions(
    program
      .command('audit')
      .description('who replayed, closed, admitted, corrected … what, and why')
      .addOption(since('done')),
  )
    .addHelpText('after', examples('audit --since 7d', 'audit --all --json'))
    .action(async ({ since: from, ...paging }: ListOptions & { since?: string }, command: Command) => {
      const session = openSession(command);
      const page = await readList<'acts', Act>(session.api, '/audit', 'acts', { since: from }, paging);
      answerList(session, page, 'acts', columns(session.now), 'nobody did anything');
    });
}

const columns = (now: Date): Column<Act>[] => [
  { title: 'WHEN', value: ({ at }) => relativeTime(at, now) },
  { title: 'BY', value: ({ by }) => by, flexible: true },
  { title: 'ACT', value: ({ act }) => act },
  { title: 'ABOUT', value: ({ about }) => about ?? '-', flexible: true },
  { title: 'REASON', value: ({ reason }) => reason ?? '-', flexible: true },
  { title: 'DETAIL', value: ({ detail }) => JSON.stringify(detail), flexible: true, minor: true },
];
