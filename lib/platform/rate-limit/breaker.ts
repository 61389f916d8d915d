import { AwayError } from '../errors.ts';
import { awayPolicy } from '../settings.ts';
import { type State, type Store, tableStore } from './store.ts';

/** Nobody waits longer before looking again, so that all of a backlog is under way soon after a remote is back. */
export const AWAY_MAX_WAIT_MS = 3_600_000;
/** A backlog that is turned away as fast as workers can would be more writes than one partition of the table takes. */
export const AWAY_HOLD_MS = 500;

/** Whether so many different callers failed in a row, for so long, that the remote is away. */
export function isAway({ failing, failingSince }: State, now: number, policy = awayPolicy()): boolean {
  return failing >= policy.afterFailures && failingSince > 0 && failingSince <= now - policy.afterMs;
}

/**
 * Lets a caller through to a remote that is away if it is time to ask whether it is back, and throws AwayError for all
 * others: the longer it is away, the longer they wait.
 */
export async function askWhetherBack(
  store: Store,
  connection: string,
  { failingSince }: State,
  { now, random, wait }: { now: number; random: () => number; wait: (ms: number) => Promise<unknown> },
  { askMs } = awayPolicy(),
): Promise<void> {
  if (await store.ask(connection, now, now - askMs)) return;
  await wait(AWAY_HOLD_MS * (0.5 + random()));
  const waitMs = Math.min(AWAY_MAX_WAIT_MS, Math.max(askMs, (now - failingSince) / 4));
  throw new AwayError(connection, failingSince, waitMs * (0.5 + random() / 2));
}

/** Since when a connection's remote is away; null while it is there. */
export async function awaySince(connection: string, store = tableStore(), now = Date.now()): Promise<string | null> {
  const state = await store.read(connection);
  return isAway(state, now) ? new Date(state.failingSince).toISOString() : null;
}
