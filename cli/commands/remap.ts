import { type Command, Option } from 'commander';
import { CliError, usageError } from '../errors.ts';
import { count } from '../format.ts';
import { examples, parseCount, parseFilter, reason, since } from '../options.ts';
import { openSession, type Session } from '../session.ts';
import { createProgress } from '../watch-replay.ts';

const NAMES = ['connection', 'order', 'event', 'state', 'since'] as const;
const PAGE = 50;

type Options = Partial<Record<(typeof NAMES)[number], string>> & {
  filter?: string[];
  apply?: boolean;
  reason?: string;
  limit?: number;
  cursor?: string;
};

interface Outcome {
  event: string;
  order: string | null;
  was: string;
  outcome: string;
  reads: string | null;
  applied: boolean;
  changes: Array<{ member: string; from: unknown; to: unknown }>;
  deliveries: Array<{ action: string; connection: string }>;
  error: { code: string; description: string } | null;
}

interface Page {
  remapId: string | null;
  examined: number;
  unchanged: number;
  outcomes: Outcome[];
  cursor?: string;
}

/** `longshore remap`: the kept raw events, read by the present mapper. */
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
    .addOption(new Option('--limit <n>', 'with --json: how many are examined (default: 50)').argParser(parseCount))
    .option('--cursor <cursor>', 'go on where a page ended')
    .addHelpText(
      'after',
      `${examples(
        'remap --filter connection=scopio-main state=unreadable',
        'remap --connection scopio-main --since 2d --apply --reason "discounts were read twice"',
      )}
With --json one page is printed, as the API answers it: go on with --cursor while it has one.`,
    )
    .action(async (options: Options, command: Command) => {
      const session = openSession(command);
      const filter = filterOf(options);
      const body = {
        filter,
        ...(options.apply && { apply: true }),
        ...(options.reason && { reason: options.reason }),
        ...(options.cursor && { cursor: options.cursor }),
      };
      if (!session.json) return showAll(session, body, options.apply ?? false);
      session.answer(await session.api.post<Page>('/remaps', { ...body, limit: options.limit ?? PAGE }), () => '');
    });
}

function filterOf(options: Options): Record<string, string> {
  const filter = parseFilter(options.filter ?? [], NAMES);
  for (const name of NAMES) {
    const value = options[name];
    if (value === undefined) continue;
    if (name in filter) throw usageError(`${name} is given as --${name} and in --filter`);
    filter[name] = value;
  }
  if (Object.keys(filter).length === 0)
    throw usageError('name what to read, such as --connection scopio-main: an empty filter would read everything');
  return filter;
}

async function showAll(session: Session, body: { cursor?: string }, apply: boolean): Promise<void> {
  const progress = createProgress();
  const totals = { examined: 0, unchanged: 0, shown: 0, failed: 0 };
  let cursor = body.cursor;
  try {
    do {
      const page: Page = await session.api.post('/remaps', { ...body, limit: PAGE, ...(cursor && { cursor }) });
      progress.clear();
      for (const outcome of page.outcomes) session.print(describe(outcome));
      if (page.remapId) session.note(`On record as ${page.remapId}.`);
      totals.examined += page.examined;
      totals.unchanged += page.unchanged;
      totals.shown += page.outcomes.length;
      totals.failed += apply ? page.outcomes.filter(({ applied }) => !applied).length : 0;
      cursor = page.cursor;
      if (cursor !== undefined) progress.show(`${totals.examined} examined …`);
    } while (cursor !== undefined);
  } catch (error) {
    progress.clear();
    if (cursor !== undefined) session.note(`To go on: --cursor ${cursor}`);
    throw error;
  }
  session.print(
    `${count(totals.examined, 'event', 'events')} examined: ${totals.unchanged} read as they stand, ${totals.shown} differ`,
  );
  if (totals.failed > 0) throw new CliError(`${totals.failed} could not be applied`);
  if (!apply && totals.shown > 0) session.note('Nothing was changed: say --apply to do it.');
}

function describe({ event, order, outcome, reads, applied, changes, deliveries, error }: Outcome): string {
  const head = `${applied ? '✔' : '·'} ${outcome}  ${order ?? reads ?? '-'}  (${event})`;
  const show = (value: unknown) => (value === null ? 'nothing' : JSON.stringify(value));
  return [
    head,
    ...changes.map(({ member, from, to }) => `    ${member}: ${show(from)} → ${show(to)}`),
    ...deliveries.map(({ action, connection }) => `    + ${action} at ${connection}`),
    ...(error ? [`    ${error.code}: ${error.description}`] : []),
  ].join('\n');
}
