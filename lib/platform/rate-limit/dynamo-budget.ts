import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '#lib/connections/connection';
import { BudgetSpentError } from '../errors.ts';
import { retryPolicy } from '../settings.ts';
import type { Budget } from './budget.ts';
import { type Pace, paceOf } from './pace.ts';
import { holdTurns, type Stand, takePlaces, takeTurns, UNKNOWN } from './turns.ts';

/** After a 429 without a hint: its delivery waits a retry interval, and where that is shorter so does everybody. */
const MAX_DEFAULT_PAUSE_SECONDS = 60;
const MAX_WAIT_BETWEEN_MS = 10_000;

export interface BudgetOptions {
  /** How far ahead a caller takes its turn. */
  maxWaitMs: number;
  /** How long it comes back for one that is free: a poller, which must not stand in front of the pushers. */
  patienceMs?: number;
  /** Who is turned away gets a place in line: `BudgetSpentError.waitMs` says when to come back. */
  line?: 'joins' | 'comes back';
}

/**
 * One item a connection holds the theoretical arrival time of the next request (GCRA), at the connection's pace, and
 * where the line of those ends who were turned away. Callers of the same moment share a write.
 */
export function createBudget(
  { id, requestsPerMinute }: Pick<Connection, 'id' | 'requestsPerMinute'>,
  { maxWaitMs, patienceMs = 0, line }: BudgetOptions,
): Budget {
  const pace = paceOf(requestsPerMinute);
  let taken = 0;
  return {
    async take() {
      // What has begun is not broken off for its next request: that would leave an unknown outcome behind.
      const began = taken > 0 && line !== undefined;
      const wish: Wish = {
        maxWaitMs: began ? MAX_WAIT_BETWEEN_MS : maxWaitMs,
        fromLine: began || line === 'comes back',
        joins: line !== undefined,
      };
      for (const until = Date.now() + patienceMs; ; ) {
        try {
          const waitMs = await ask(id, pace, wish);
          taken += 1;
          if (waitMs > 0) await sleep(waitMs);
          return;
        } catch (error) {
          if (!(error instanceof BudgetSpentError) || Date.now() + error.waitMs > until) throw error;
          await sleep(error.waitMs + (Math.random() * pace.spacingMs) / 2);
        }
      }
    },
    async pause(asked) {
      const seconds = Math.min(3600, Math.max(1, asked ?? defaultPauseSeconds()));
      await holdTurns(id, pace, Date.now() + seconds * 1000);
    },
  };
}

const defaultPauseSeconds = (): number => Math.min(MAX_DEFAULT_PAUSE_SECONDS, retryPolicy().intervalSeconds);

interface Wish {
  maxWaitMs: number;
  fromLine: boolean;
  /** Turned away, it takes a place in line. */
  joins: boolean;
}

interface Desk {
  pace: Pace;
  asking: Array<{ wish: Wish; resolve: (waitMs: number) => void; reject: (error: unknown) => void }>;
  busy: boolean;
  /** As it was last seen from here; it can only have grown. */
  stand: Stand;
}

const desks = new Map<string, Desk>();

/** Milliseconds to wait before the request that was just reserved may leave. */
function ask(id: string, pace: Pace, wish: Wish): Promise<number> {
  const desk = desks.get(id) ?? { pace, asking: [], busy: false, stand: UNKNOWN };
  desks.set(id, desk);
  desk.pace = pace;
  return new Promise((resolve, reject) => {
    desk.asking.push({ wish, resolve, reject });
    if (desk.busy) return;
    desk.busy = true;
    setImmediate(() => serve(id, desk));
  });
}

/** One request at a time: whoever asks meanwhile is served with the next. */
async function serve(id: string, desk: Desk): Promise<void> {
  for (let [first] = desk.asking; first; [first] = desk.asking) {
    const { wish } = first;
    const alike = desk.asking.filter((each) => isAlike(each.wish, wish));
    desk.asking = desk.asking.filter((each) => !isAlike(each.wish, wish));
    try {
      for (const [index, waitMs] of (await serveAlike(id, desk, wish, alike.length)).entries())
        if (typeof waitMs === 'number') alike[index]?.resolve(waitMs);
        else alike[index]?.reject(waitMs);
    } catch (error) {
      for (const { reject } of alike) reject(error);
    }
  }
  desk.busy = false;
}

const isAlike = (a: Wish, b: Wish): boolean =>
  a.maxWaitMs === b.maxWaitMs && a.fromLine === b.fromLine && a.joins === b.joins;

/** For each of so many, how long to wait for its turn, or why it has none. */
async function serveAlike(
  id: string,
  desk: Desk,
  wish: Wish,
  count: number,
): Promise<Array<number | BudgetSpentError>> {
  const { pace } = desk;
  const { spacingMs, slackMs } = pace;
  const now = Date.now();
  const { taken, from, stand } = await takeTurns(
    id,
    pace,
    count,
    { now, latest: now + slackMs + wish.maxWaitMs, fromLine: wish.fromLine },
    desk.stand,
  );
  desk.stand = stand;
  const turns = Array.from({ length: taken }, (_, index) => Math.max(0, from + index * spacingMs - slackMs - now));
  const left = count - taken;
  if (left === 0) return turns;
  const free = Math.max(spacingMs, Math.max(stand.arrival - slackMs, stand.lineEnds) - now);
  if (!wish.joins) return [...turns, ...Array.from({ length: left }, () => new BudgetSpentError(id, free))];
  const places = await takePlaces(id, pace, left, now, stand);
  desk.stand = places.stand;
  return [...turns, ...places.at.map((at) => new BudgetSpentError(id, at - now))];
}
