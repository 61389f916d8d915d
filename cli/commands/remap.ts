import { Option } from 'commander';
import type { Remap, RemapRecord } from '#lib/api/remaps';
import type { Outcome } from '#lib/remap/remap-schema';
import type { Command } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { count, relativeTime, renderJson } from '../format.ts';
import { checkConnection, lists } from '../known.ts';
import { filterOf, parseCount, reason, since } from '../options.ts';
import type { Session } from '../session.ts';
import type { Column } from '../table.ts';
import { createProgress } from '../watch.ts';

const NAMES = ['connection', 'order', 'event', 'state', 'since'] as const;
const PAGE = 50;

type Options = Partial<Record<(typeof NAMES)[number], string>> & {
  filter?: string[];
  apply?: boolean | undefined;
  reason?: string | undefined;
  limit?: number;
  cursor?: string;
};

type Asked = Pick<Options, 'apply' | 'reason'> & { filter: Record<string, string> };

export function addRemap(program: Command): void {
  program
    .command('remap')
    .description('run kept raw events through the present mapper: which orders would change, and how')
    .option('--filter <name=value...>', `what to read: ${NAMES.join(', ')}`)
    .option('--connection <id>', 'of this connection')
    .option('--order <id>', 'of this order')
    .option('--event <id>', 'this inbound event')
    .addOption(new Option('--state <state>', 'in this state').choices(['applied', 'unreadable']))
    .addOption(since('received'))
    .option('--apply', 'make it so; what was pushed is not pushed again')
    .addOption(reason())
    .addOption(new Option('--limit <n>', 'how many are examined (default: all)').argParser(parseCount))
    .option('--cursor <cursor>', 'go on where it ended')
    .examples(
      'remap --filter connection=scopio-main state=unreadable',
      'remap --connection scopio-main --since 2d --apply --reason "discounts were read twice"',
    )
    .does(async (session, options: Options) => {
      const filter = await filterOf(options, NAMES, session.api);
      if (Object.keys(filter).length === 0)
        throw usageError('name what to read, such as --connection scopio-main: an empty filter would read everything');
      await checkConnection(session.api, filter.connection, lists(session.api, '/events', filter));
      const done = await remapAll(session, { filter, apply: options.apply, reason: options.reason }, options);
      if (session.json) session.print(renderJson(done));
      conclude(session, done);
    });
}

/** Asks page by page, under one record, and joins the answers. Without `--json`, prints each page as it comes. */
export async function remapAll(
  session: Pick<Session, 'api' | 'json' | 'print' | 'note'>,
  asked: Asked,
  { limit = Infinity, cursor }: Options,
): Promise<Remap> {
  const progress = createProgress();
  const all: Remap = { remapId: null, apply: asked.apply ?? false, examined: 0, unchanged: 0, outcomes: [] };
  let next = cursor;
  try {
    do {
      const page: Remap = await session.api.post('/remaps', {
        ...asked,
        limit: Math.min(PAGE, limit - all.examined),
        cursor: next,
        remapId: all.remapId ?? undefined,
      });
      progress.clear();
      if (!session.json) for (const outcome of page.outcomes) session.print(describe(outcome));
      all.remapId = page.remapId;
      all.examined += page.examined;
      all.unchanged += page.unchanged;
      all.outcomes.push(...page.outcomes);
      next = page.cursor;
      if (next !== undefined) progress.show(`${all.examined} examined …`);
    } while (next !== undefined && all.examined < limit);
  } catch (error) {
    progress.clear();
    if (all.remapId) session.note(`On record as ${all.remapId}.`);
    if (next !== undefined) session.note(`To go on: --cursor ${next}`);
    throw error;
  }
  return { ...all, ...(next !== undefined && { cursor: next }) };
}

/** Outcomes where the present mapper reads something else; for the others, nothing would be written. */
const DIFFERENT = new Set(['created', 'changed', 'read']);

function conclude(session: Session, { remapId, apply, examined, unchanged, outcomes, cursor }: Remap): void {
  const differ = outcomes.filter(({ outcome }) => DIFFERENT.has(outcome)).length;
  const failed = outcomes.filter(({ applied }) => !applied).length;
  if (!session.json) {
    const stuck = outcomes.length - differ;
    const told = [
      `${unchanged} read as they stand`,
      `${differ} differ`,
      ...(stuck > 0 ? [`${stuck} stay as they are`] : []),
    ];
    session.print(`${count(examined, 'event', 'events')} examined: ${told.join(', ')}`);
    if (remapId) session.note(`On record as ${remapId}.`);
    if (!apply && differ > 0) session.note('Nothing was changed: say --apply to do it.');
    if (cursor !== undefined) session.note(`There are more: --cursor ${cursor}`);
  }
  if (apply && failed > 0) throw new CliError(`${failed} could not be applied`);
}

function describe({ event, order, outcome, reads, applied, changes, deliveries, note, error }: Outcome): string {
  const head = `${applied ? '✔' : '·'} ${outcome}  ${order ?? reads ?? '-'}  (${event})`;
  const show = (value: unknown) => (value === null ? 'nothing' : JSON.stringify(value));
  return [
    head,
    ...changes.map(({ member, from, to }) => `    ${member}: ${show(from)} → ${show(to)}`),
    ...deliveries.map(({ action, connection }) => `    + ${action} at ${connection}`),
    ...(note ? [`    ! ${note}`] : []),
    ...(error ? [`    ${error.code}: ${error.description}`] : []),
  ].join('\n');
}

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
