import { setTimeout as sleep } from 'node:timers/promises';
import { sameContent } from '../canonical-json.ts';
import { BudgetSpentError } from '../errors.ts';
import { awayPolicy, retryPolicy } from '../settings.ts';
import { askWhetherBack, isAway } from './breaker.ts';
import { intervalOf, type Pace, paceOf, pollPaceOf } from './gcra.ts';
import { joinWaitlist, pauseUntil, reserve } from './reservations.ts';
import { type State, type Store, tableStore, UNKNOWN } from './store.ts';

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

/** Callers of one connection with the same wish are served together while they wait for the previous write. */
interface Wish {
  maxWaitMs: number;
  isFromWaitlist: boolean;
  joinsWaitlist: boolean;
  /** How many intervals a slot that the waitlist left must have been unused. */
  yields: number;
}

interface Callers {
  pace: Pace;
  waiting: Array<{ wish: Wish; resolve: (waitMs: number) => void; reject: (error: unknown) => void }>;
  isBusy: boolean;
  /** The store's state as last seen here; since then its numbers have grown, or a waitlist was ended early. */
  state: State;
}

/** Makes budgets on one store. */
export function createLimiter({
  store = tableStore(),
  clock = () => Date.now(),
  wait = sleep,
  random = Math.random,
  defaultPauseSeconds = () => Math.min(MAX_DEFAULT_PAUSE_SECONDS, retryPolicy().intervalSeconds),
}: Here = {}) {
  const callersOf = new Map<string, Callers>();

  return function createBudget(
    { id, requestsPerMinute }: { id: string; requestsPerMinute: number },
    { maxWaitMs, patienceMs = 0, waitlist, isPoll = false, caller }: BudgetOptions,
  ): Budget {
    const pace = paceOf(requestsPerMinute);
    const pollPace = isPoll ? pollPaceOf(requestsPerMinute) : null;
    let taken = 0;
    let isAsking = false;
    const stateHere = () => callersOf.get(id)?.state ?? UNKNOWN;
    /** While the remote is away, only the caller that is to ask gets past this. */
    const heedAway = async () => {
      if (taken > 0 || caller === undefined || isAsking || !isAway(stateHere(), clock())) return;
      isAsking = await askWhetherBack(store, id, stateHere(), { now: clock(), random, wait });
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
    return {
      async take() {
        // Work that has begun must get its next request: breaking it off would leave an unknown outcome.
        const hasBegun = taken > 0 && waitlist !== undefined;
        const wish: Wish = {
          maxWaitMs: hasBegun ? MAX_WAIT_BETWEEN_MS : maxWaitMs,
          isFromWaitlist: hasBegun || waitlist === 'return',
          joinsWaitlist: waitlist !== undefined,
          yields: isPoll ? POLLS_YIELD : 0,
        };
        for (const until = clock() + patienceMs; ; ) {
          try {
            // Whoever is held back takes no slot, and no place in the waitlist, from those that are let through.
            await heedAway();
            // The question passes the waitlist, and takes no place in it.
            if (isAsking)
              Object.assign(wish, { maxWaitMs: MAX_WAIT_TO_ASK_MS, isFromWaitlist: true, joinsWaitlist: false });
            const waitMs = await ask(id, pace, wish).catch((spent) => askFromShare(wish, spent));
            // Only now is the state fresh: it may have gone away meanwhile, or be back for long.
            await heedAway();
            if (taken === 0) isAsking &&= isAway(stateHere(), clock());
            taken += 1;
            if (waitMs > 0) await wait(waitMs);
            return;
          } catch (error) {
            if (!(error instanceof BudgetSpentError)) throw error;
            // A question without a slot is given back: else nobody would ask for a minute.
            if (isAsking && error.waitMs < awayPolicy().askMs)
              await store.ask(id, clock() - awayPolicy().askMs, clock());
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
        const state = stateHere();
        if (state.failing === 0) return false;
        const wasAway = isAway(state, clock());
        const isFirst = await store.recover(id, wasAway ? clock() : undefined);
        const here = callersOf.get(id);
        if (here) here.state = { ...here.state, failing: 0 };
        return isFirst && wasAway;
      },
      isAsking: () => isAsking,
    };
  };

  /** Milliseconds to wait before the request just reserved may be sent. */
  function ask(id: string, pace: Pace, wish: Wish): Promise<number> {
    const callers = callersOf.get(id) ?? { pace, waiting: [], isBusy: false, state: UNKNOWN };
    callersOf.set(id, callers);
    callers.pace = pace;
    return new Promise((resolve, reject) => {
      callers.waiting.push({ wish, resolve, reject });
      if (callers.isBusy) return;
      callers.isBusy = true;
      setImmediate(() => serve(id, callers));
    });
  }

  /** One write at a time: whoever asks meanwhile is served with the next. */
  async function serve(id: string, callers: Callers): Promise<void> {
    for (let [first] = callers.waiting; first; [first] = callers.waiting) {
      const { wish } = first;
      const served = callers.waiting.filter((each) => isAlike(each.wish, wish));
      callers.waiting = callers.waiting.filter((each) => !isAlike(each.wish, wish));
      try {
        const answers = await answer(id, callers, wish, served.length);
        for (const [index, { resolve, reject }] of served.entries()) {
          const waitMs = answers[index];
          if (typeof waitMs === 'number') resolve(waitMs);
          else reject(waitMs);
        }
      } catch (error) {
        for (const { reject } of served) reject(error);
      }
    }
    callers.isBusy = false;
  }

  /** For each of `count` callers with the same wish: how long to wait for its slot, or why it has none. */
  async function answer(
    id: string,
    callers: Callers,
    { maxWaitMs, isFromWaitlist, joinsWaitlist, yields }: Wish,
    count: number,
  ): Promise<Array<number | BudgetSpentError>> {
    const { pace } = callers;
    const { toleranceMs } = pace;
    const now = clock();
    const asked = { now, latest: now + toleranceMs + maxWaitMs, isFromWaitlist, yields };
    const reserved = await reserve(store, id, pace, count, asked, callers.state);
    callers.state = reserved.state;
    const { intervalMs } = reserved;
    const slots = Array.from({ length: reserved.count }, (_, index) =>
      Math.max(0, reserved.from + index * intervalMs - toleranceMs - now),
    );
    const left = count - reserved.count;
    if (left === 0) return slots;
    const refuse = (waitMs: number) => new BudgetSpentError(id, waitMs);
    const { arrival, lineEnds } = reserved.state;
    const free = Math.max(1, Math.max(arrival - toleranceMs - maxWaitMs, isFromWaitlist ? 0 : lineEnds) - now);
    if (!joinsWaitlist) return [...slots, ...Array.from({ length: left }, () => refuse(free))];
    const joined = await joinWaitlist(store, id, pace, left, { now, random, known: reserved.state });
    callers.state = joined.state;
    return [...slots, ...joined.at.map((at) => refuse(at - now))];
  }
}

const isAlike = (a: Wish, b: Wish): boolean => sameContent(a, b);

/** Budgets kept in the hub's table. */
export const createBudget = createLimiter();
