import { Option } from 'commander';
import type { Connection, PollAsked } from '#lib/api/connection-schema';
import { BUDGET_SPENT } from '#lib/platform/errors';
import type { Command } from '../command.ts';
import { CliError, EXIT, usageError } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { parseInstant, reason } from '../options.ts';
import type { Session } from '../session.ts';
import { watch } from '../watch.ts';

interface Options {
  connection: string;
  since?: string;
  reason?: string;
  wait?: boolean;
}

/** `longshore poll` and `longshore backfill`: have the pollers do it, within the connection's requests a minute. */
export function addPoll(program: Command): void {
  common(program.command('poll').description('poll a connection now instead of when it is next due')).examples(
    'poll --connection sello-se',
  );
  common(
    program
      .command('backfill')
      .description('read again what a connection sold since then; what is known already stays as it is')
      .addOption(
        new Option('--since <when>', 'from then on: 3d, 2026-11-01 …')
          .argParser((text) => parseInstant(text))
          .makeOptionMandatory(),
      ),
  )
    .examples(
      'backfill --connection sello-se --since 7d',
      'backfill --connection sc-store --since 2026-11-01 --no-wait',
    )
    .remark(
      "It keeps to the connection's requests a minute and goes on where it broke off, whatever happens to this terminal.",
    );
}

const common = (command: Command): Command =>
  command
    .requiredOption('--connection <id>', 'which')
    .addOption(reason())
    .option('--wait', 'wait until it is done (the default, but for --json)')
    .option('--no-wait', 'only ask for it')
    .does(run);

async function run(session: Session, options: Options): Promise<void> {
  if (options.since !== undefined && Date.parse(options.since) > Date.now())
    throw usageError('--since is in the future');
  const { connection: id, wait, ...body } = options;
  const asked = await session.api.post<PollAsked>(`/connections/${encodeURIComponent(id)}/poll`, body);
  if (wait ?? !session.json) return watchPoll(session, asked);
  session.answer(asked, ({ connection }) => `${connection} is due; longshore connections list shows how it goes`);
}

const watchPoll = (session: Session, asked: PollAsked): Promise<void> =>
  watch<Connection>(session, {
    async look() {
      const connection = await look(session, asked.connection);
      const { poll } = connection;
      const isDone =
        (poll.lastPolledAt ?? '') >= asked.askedAt && !poll.lastError && !poll.unfinished && !poll.backfill;
      return isDone || brokeOff(connection, asked) ? { done: connection } : { progress: describe(connection, asked) };
    },
    answer(connection) {
      const { id, poll } = connection;
      if (brokeOff(connection, asked))
        throw new CliError(`the poll of ${id} broke off: ${poll.lastError}; it will be tried again automatically`);
      session.answer({ ...asked, poll }, () => `${id} was polled ${relativeTime(poll.lastPolledAt, new Date())}`);
    },
    goesOn: ['It goes on: longshore connections list shows how far it is.'],
  });

async function look({ api }: Session, id: string): Promise<Connection> {
  const { connections } = await api.get('/connections');
  const found = connections.find((connection) => connection.id === id);
  if (!found) throw new CliError(`there is no connection ${id} any more`, EXIT.refused);
  return found;
}

/** Whether a poll has failed for good; a backfill goes on by itself. */
const brokeOff = ({ poll }: Connection, { askedAt }: PollAsked): boolean =>
  (poll.lastPolledAt ?? '') >= askedAt && !poll.backfill && poll.lastError !== null && poll.lastError !== BUDGET_SPENT;

function describe({ id, poll }: Connection, { askedAt }: PollAsked): string {
  const hasRun = (poll.lastPolledAt ?? '') >= askedAt;
  const what = poll.backfill ? `${id}, backfill since ${poll.backfill.since}` : id;
  if (hasRun && poll.lastError)
    return `${what}: broke off (${poll.lastError}), goes on ${relativeTime(poll.nextPollAt, new Date())}`;
  return poll.unfinished ? `${what}: under way` : `${what}: waits for the poller, which looks every minute`;
}
