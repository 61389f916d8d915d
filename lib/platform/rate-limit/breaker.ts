import { AwayError } from '../errors.ts';
import { awayPolicy, type RetryPolicy } from '../settings.ts';
import { type State, type Store, tableStore } from './store.ts';

/** The longest wait before another look, so that a whole backlog is soon under way after a remote is back. */
export const AWAY_MAX_WAIT_MS = 3_600_000;
/** Slows workers that are turned away: at full speed a backlog would write more than one partition takes. */
export const AWAY_HOLD_MS = 500;

/**
 * Whether so many different callers failed in a row, and for so long, that the remote is away. One that has only just
 * come back is away again at once: what waited for it has few attempts left.
 */
export function isAway({ failing, failingSince, backSince }: State, now: number): boolean {
  const { afterFailures, afterMs } = awayPolicy();
  if (failing < afterFailures || failingSince === 0) return false;
  return failingSince <= now - afterMs || (backSince > 0 && failingSince <= backSince + afterMs);
}

/**
 * True for a caller that is to find out whether a remote that is away is back; false if it came back meanwhile. Throws
 * AwayError for all others, with a wait that grows with the outage.
 */
export async function askWhetherBack(
  store: Store,
  connection: string,
  { failingSince }: State,
  { now, random, wait }: { now: number; random: () => number; wait: (ms: number) => Promise<unknown> },
): Promise<boolean> {
  const { askMs } = awayPolicy();
  if (await store.ask(connection, now, now - askMs)) return true;
  await wait(AWAY_HOLD_MS * (0.5 + random()));
  if (!isAway(await store.read(connection), now)) return false;
  throw new AwayError(connection, failingSince, longestWait(now - failingSince) * (0.5 + random() / 2));
}

/**
 * When a connection's remote went away; null while it is there. If nobody has asked for longer than a delivery waits,
 * nothing waits for it, and nobody knows.
 */
export async function awaySince(
  connection: string,
  { intervalSeconds }: RetryPolicy,
  store = tableStore(),
  now = Date.now(),
): Promise<string | null> {
  const state = await store.read(connection);
  const { failingSince, askedAt } = state;
  const lastAsked = Math.max(askedAt, failingSince + awayPolicy().afterMs);
  const nextMs = Math.max(longestWait(lastAsked - failingSince), intervalSeconds * 1000);
  const isQuiet = now > lastAsked + 2 * (nextMs + SWEEP_MS);
  return isAway(state, now) && !isQuiet ? new Date(failingSince).toISOString() : null;
}

/** By then a delivery that is due has been rung for, however late. */
const SWEEP_MS = 60_000;

const longestWait = (awayMs: number): number => Math.min(AWAY_MAX_WAIT_MS, Math.max(awayPolicy().askMs, awayMs / 4));
