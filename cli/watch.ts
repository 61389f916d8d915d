import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from './errors.ts';
import type { Session } from './session.ts';

const LOOK_MS = 1_000;
/** How many looks in a row may fail, as while a hub restarts: the watched work goes on meanwhile. */
const MAX_FAILURES = 15;
/** Without a terminal, lines of progress are at least this far apart. */
const LINE_MS = 10_000;

interface Watched<T> {
  /** What was waited for, or how far it is. */
  look(): Promise<{ done: T } | { progress: string }>;
  answer(found: T): void;
  /** Printed after Ctrl-C: what goes on, and how to see more of it. */
  goesOn: readonly string[];
}

/** Looks until it is done. Ctrl-C ends only the watching. */
export async function watch<T>(session: Session, { look, answer, goesOn }: Watched<T>): Promise<void> {
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  const progress = createProgress();
  try {
    const found = await follow(look, progress.show, interrupted.signal);
    progress.clear();
    answer(found);
  } catch (error) {
    progress.clear();
    if (!interrupted.signal.aborted) throw error;
    for (const line of goesOn) session.note(line);
    process.exitCode = EXIT.interrupted;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function follow<T>(look: Watched<T>['look'], show: (line: string) => void, signal: AbortSignal): Promise<T> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      const found = await look();
      failures = 0;
      if ('done' in found) return found.done;
      show(found.progress);
    } catch (error) {
      failures += 1;
      if (failures >= MAX_FAILURES || (error instanceof CliError && error.exitCode !== EXIT.failed)) throw error;
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** A line of progress on stderr: redrawn on a terminal, else written again every `LINE_MS`. */
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
