import { setTimeout as sleep } from 'node:timers/promises';
import type { Replay } from '#lib/api/replay-schema';
import { describeReplay } from './describe-replay.ts';
import { CliError, EXIT } from './errors.ts';
import type { Session } from './session.ts';

const LOOK_MS = 1_000;
/** Looks in a row that may fail, as while a hub restarts: the replay goes on meanwhile. */
const MAX_FAILURES = 15;
/** Without a terminal, lines of progress are at least this far apart. */
const LINE_MS = 10_000;

/** Shows a replay until it ended. Ctrl-C ends only the watching. Fails when some of it did not succeed. */
export async function watchReplay(session: Session, id: string): Promise<void> {
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  const progress = createProgress();
  try {
    const replay = await follow(session, id, progress.show, interrupted.signal);
    progress.clear();
    session.answer(replay, () => describeReplay(session, replay));
    fail(replay);
  } catch (error) {
    progress.clear();
    if (!interrupted.signal.aborted) throw error;
    session.note(`The replay goes on. Watch it: longshore replays show ${id} --watch`);
    session.note(`             Cancel it: longshore replays cancel ${id}`);
    process.exitCode = EXIT.interrupted;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function follow(
  session: Session,
  id: string,
  show: (line: string) => void,
  signal: AbortSignal,
): Promise<Replay> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      const replay = await session.api.get<Replay>(`/replays/${encodeURIComponent(id)}`);
      failures = 0;
      if (replay.endedAt !== null || replay.state === 'interrupted') return replay;
      show(describeProgress(replay));
    } catch (error) {
      failures += 1;
      if (failures >= MAX_FAILURES) throw error;
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

function describeProgress({ id, state, stage, matched, waiting, pending, succeeded, dead, blocked }: Replay): string {
  const settled = succeeded + dead + blocked;
  const parts = [`${succeeded} succeeded`, dead && `${dead} dead`, blocked && `${blocked} blocked`];
  const open = [pending && `${pending} under way`, waiting && `${waiting} waiting`];
  const where = state === 'collecting' ? ', collecting' : stage ? `, canary: ${stage}` : '';
  return `${id}${where}  ${settled} of ${matched}: ${[...parts, ...open].filter(Boolean).join(', ')}`;
}

function fail({ id, state, dead, blocked, relapse }: Replay): void {
  if (relapse) throw new CliError(`${id} met a relapse and stopped: ${relapse.delivery} is ${relapse.state} again`);
  if (state === 'cancelled') throw new CliError(`${id} was cancelled`);
  if (dead + blocked > 0) throw new CliError(`${dead + blocked} did not succeed: longshore deliveries causes`);
}

/** A line of progress on stderr: redrawn on a terminal, else written anew every `LINE_MS`. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr) {
  let last = '';
  let at = 0;
  const clear = () => {
    if (stream.isTTY && last) stream.write('\r\u001b[K');
    last = '';
  };
  const show = (line: string) => {
    if (stream.isTTY) stream.write(`\r\u001b[K${line.slice(0, Math.max(1, (stream.columns || 80) - 1))}`);
    else if (line !== last && Date.now() - at >= LINE_MS) {
      stream.write(`${line}\n`);
      at = Date.now();
    } else return;
    last = line;
  };
  return { show, clear };
}
