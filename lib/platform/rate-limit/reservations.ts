import { intervalOf, type Pace, withHeadStart } from './gcra.ts';
import { type State, type Store, tableStore } from './store.ts';

/** Infinity cannot be stored, and no instant is later than this. */
const NEVER = Number.MAX_SAFE_INTEGER;

interface Asked {
  now: number;
  /** The latest theoretical arrival time that can still be reserved. */
  latest: number;
  /** Callers back from the waitlist go past it; all others queue behind it, unless it left a slot unused. */
  isFromWaitlist: boolean;
  /** How many intervals that slot must have been unused. */
  yields: number;
}

export interface Reserved {
  /** How many requests were reserved, in one write. */
  count: number;
  /** The theoretical arrival time of the first. */
  from: number;
  /** The time from one slot to the next. */
  intervalMs: number;
  state: State;
}

/** Reserves as many of `count` requests as may leave in time. */
export async function reserve(
  store: Store,
  connection: string,
  pace: Pace,
  count: number,
  { now, latest, isFromWaitlist, yields }: Asked,
  known: State,
): Promise<Reserved> {
  for (let state = known, isFresh = false; ; isFresh = true) {
    const isIdle = state.arrival < now;
    const headStart = withHeadStart(state.headStart, pace, now + pace.toleranceMs - Math.max(now, state.arrival), now);
    if (headStart.at === now && !isIdle && !isFresh) {
      // A worker that last looked long ago may take a busy connection for a rested one.
      state = await store.read(connection);
      continue;
    }
    const intervalMs = intervalOf(pace, headStart.ms);
    const fitting = Math.floor((latest - Math.max(now, state.arrival)) / intervalMs) + 1;
    const isPassing = isFromWaitlist || state.lineEnds <= now;
    const unusedBefore = isPassing ? now : now - yields * intervalMs;
    // Of those that queue behind the waitlist, one takes a slot that it left unused.
    const leftBehind = state.arrival < unusedBefore ? 1 : 0;
    const reserved = Math.min(isPassing ? count : leftBehind, fitting);
    if (reserved < 1) return { count: 0, from: 0, intervalMs, state };
    const by = reserved * intervalMs;
    const found = await store.change(
      connection,
      isIdle
        ? { raise: 'arrival', to: now + by, whenBelow: unusedBefore, headStart }
        : {
            ...{ add: 'arrival', by, from: now, upTo: latest - by + intervalMs },
            lineEndsBy: isFromWaitlist ? NEVER : now,
            ...{ headStart, known: state.headStart },
          },
    );
    state = found.state;
    if (found.isChanged) return { count: reserved, from: state.arrival - by, intervalMs, state };
  }
}

/** The longest waitlist: when it ends, a raised limit takes effect, and callers that never came back are forgotten. */
export const MAX_WAITLIST_MS = 3_600_000;

/** Puts this many callers on the waitlist, in one write; `at` is when each is to come back. */
export async function joinWaitlist(
  store: Store,
  connection: string,
  pace: Pace,
  count: number,
  { now, random, known }: { now: number; random: () => number; known: State },
): Promise<{ at: number[]; state: State }> {
  const each = (at: (index: number) => number) => Array.from({ length: count }, (_, index) => at(index));
  for (let state = known; ; ) {
    if (state.lineEnds > now + MAX_WAITLIST_MS)
      return { at: each(() => now + (MAX_WAITLIST_MS * (1 + random())) / 2), state };
    const start = Math.max(now, state.arrival - pace.toleranceMs);
    // Slots are spaced by the pace that will apply at that time.
    const { ms } = withHeadStart(state.headStart, pace, 0, Math.max(start, state.lineEnds));
    const intervalMs = intervalOf(pace, ms);
    const by = count * intervalMs;
    const found = await store.change(
      connection,
      state.lineEnds < start
        ? { raise: 'lineEnds', to: start + by, whenBelow: start }
        : { add: 'lineEnds', by, from: start, upTo: NEVER, lineEndsBy: NEVER },
    );
    state = found.state;
    if (found.isChanged) return { at: each((index) => state.lineEnds - by + index * intervalMs), state };
  }
}

/** Moves the end of the waitlist to this instant, wherever it was: callers join it after that. */
export async function endWaitlist(connection: string, instant: number, store = tableStore()): Promise<void> {
  await store.change(connection, { raise: 'lineEnds', to: instant, whenBelow: NEVER });
}

/** No request is sent before this instant. */
export async function pauseUntil(
  store: Store,
  connection: string,
  { toleranceMs }: Pace,
  instant: number,
): Promise<void> {
  const to = instant + toleranceMs;
  await store.change(connection, { raise: 'arrival', to, whenBelow: to });
}
