import { setTimeout as sleep } from 'node:timers/promises';
import { BudgetSpentError } from '../errors.ts';
import { awayPolicy, retryPolicy } from '../settings.ts';
import { askWhetherBack, isAway } from './breaker.ts';
import { openCallers, type Wish } from './callers.ts';
import { intervalOf, paceOf, pollPaceOf } from './gcra.ts';
import { pauseUntil } from './reservations.ts';
import { type Store, tableStore } from './store.ts';

/** A connection's requests per minute, shared by every worker and poller. */
export interface Budget {
  /** Returns when a request may be sent; throws BudgetSpentError when that is further away than the caller can wait. */
  take(): Promise<void>;
  /** The remote wants no calls for so many seconds; null when it did not say how many. */
  pause(seconds: number | null): Promise<void>;
  /** The caller got no answer, or a 5xx: enough such callers make the remote count as away. */
  failed(): Promise<void>;
  /** The remote did what it was asked, or refused it: it is there. True for the call that finds it back. */
  succeeded(): Promise<boolean>;
  /** Whether the caller was let through only to find out whether a remote that is away is back. */
  isAsking(): boolean;
}

export interface BudgetOptions {
  /** How far ahead a caller reserves. */
  maxWaitMs: number;
  /** How long it keeps asking for a free slot instead of reserving one before others. */
  patienceMs?: number;
  /** A poll: besides free slots it has a share of the limit of its own. */
  isPoll?: boolean;
  /** Callers that are turned away join the waitlist: `BudgetSpentError.waitMs` says when to return. */
  waitlist?: 'join' | 'return';
  /** Who asks: held back, with AwayError, while the remote is away. Absent: never held back. */
  caller?: string;
}

interface Here {
  store?: Store;
  clock?: () => number;
  wait?: (ms: number) => Promise<unknown>;
  random?: () => number;
  /** How long a pause is when the remote did not say. */
  defaultPauseSeconds?: () => number;
}

/** After a 429 without a hint its delivery waits a retry interval; everybody waits as long, but no longer than this. */
const MAX_DEFAULT_PAUSE_SECONDS = 60;
const MAX_PAUSE_SECONDS = 3600;
const MAX_WAIT_BETWEEN_MS = 10_000;
/** The next slot is no further away, down to a limit of four; a worker has a minute for all it does. */
const MAX_WAIT_TO_ASK_MS = 20_000;
/** A push is rung for up to a minute late: a poll that took its slot at once would take all of a small limit. */
const POLLS_YIELD = 2;

/** Makes budgets on one store. */
export function createLimiter({
  store = tableStore(),
  clock = () => Date.now(),
  wait = sleep,
  random = Math.random,
  defaultPauseSeconds = () => Math.min(MAX_DEFAULT_PAUSE_SECONDS, retryPolicy().intervalSeconds),
}: Here = {}) {
  const { ask, stateOf, recovered } = openCallers(store, clock, random);

  return function createBudget(
    { id, requestsPerMinute }: { id: string; requestsPerMinute: number },
    { maxWaitMs, patienceMs = 0, waitlist, isPoll = false, caller }: BudgetOptions,
  ): Budget {
    const pace = paceOf(requestsPerMinute);
    const pollPace = isPoll ? pollPaceOf(requestsPerMinute) : null;
    let taken = 0;
    let isAsking = false;
    /** While the remote is away, only the caller that is to ask gets past this. */
    const heedAway = async () => {
      if (taken > 0 || caller === undefined || isAsking || !isAway(stateOf(id), clock())) return;
      isAsking = await askWhetherBack(store, id, stateOf(id), { now: clock(), random, wait });
    };
    /** A poll that finds no free slot takes one from the share of polls. */
    const askFromShare = async (wish: Wish, spent: unknown): Promise<number> => {
      if (!pollPace || !(spent instanceof BudgetSpentError)) throw spent;
      // Early by the wait for a slot, so that the share is not less than it should be.
      await ask(`${id}#polls`, pollPace, { ...wish, maxWaitMs: intervalOf(pace) });
      // Its share is used up: it must get the next slot, which under a small limit is a minute away.
      const slotMs = MAX_WAIT_BETWEEN_MS + 2 * intervalOf(pace);
      return ask(id, pace, { ...wish, maxWaitMs: slotMs, isFromWaitlist: true });
    };
    const wishNow = (): Wish => {
      const yields = isPoll ? POLLS_YIELD : 0;
      // The question passes the waitlist, and takes no place in it.
      if (isAsking) return { maxWaitMs: MAX_WAIT_TO_ASK_MS, isFromWaitlist: true, joinsWaitlist: false, yields };
      // Work that has begun must get its next request: breaking it off would leave an unknown outcome.
      const hasBegun = taken > 0 && waitlist !== undefined;
      return {
        maxWaitMs: hasBegun ? MAX_WAIT_BETWEEN_MS : maxWaitMs,
        isFromWaitlist: hasBegun || waitlist === 'return',
        joinsWaitlist: waitlist !== undefined,
        yields,
      };
    };
    const takeOnce = async (): Promise<void> => {
      // Whoever is held back takes no slot, and no place in the waitlist, from those that are let through.
      await heedAway();
      const wish = wishNow();
      const waitMs = await ask(id, pace, wish).catch((spent) => askFromShare(wish, spent));
      // Only now is the state fresh: it may have gone away meanwhile, or be back for long.
      await heedAway();
      if (taken === 0) isAsking &&= isAway(stateOf(id), clock());
      taken += 1;
      if (waitMs > 0) await wait(waitMs);
    };
    return {
      async take() {
        for (const until = clock() + patienceMs; ; ) {
          try {
            return await takeOnce();
          } catch (error) {
            if (!(error instanceof BudgetSpentError)) throw error;
            // A question without a slot is given back: else nobody would ask for a minute.
            const { askMs } = awayPolicy();
            if (isAsking && error.waitMs < askMs) await store.ask(id, clock() - askMs, clock());
            if (clock() + error.waitMs > until) throw error;
            await wait(error.waitMs + (random() * intervalOf(pace)) / 2);
          }
        }
      },
      async pause(asked) {
        const seconds = Math.min(MAX_PAUSE_SECONDS, Math.max(1, asked ?? defaultPauseSeconds()));
        await pauseUntil(store, id, pace, clock() + seconds * 1000);
      },
      async failed() {
        const { afterFailures } = awayPolicy();
        if (caller !== undefined && !isAsking) await store.fail(id, caller, clock(), afterFailures);
      },
      async succeeded() {
        const state = stateOf(id);
        if (state.failing === 0) return false;
        const wasAway = isAway(state, clock());
        const isFirst = await store.recover(id, wasAway ? clock() : undefined);
        recovered(id);
        return isFirst && wasAway;
      },
      isAsking: () => isAsking,
    };
  };
}

/** Budgets kept in the hub's table. */
export const createBudget = createLimiter();
