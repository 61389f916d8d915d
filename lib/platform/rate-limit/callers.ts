import { sameContent } from '../canonical-json.ts';
import { BudgetSpentError } from '../errors.ts';
import type { Pace } from './gcra.ts';
import { joinWaitlist, reserve } from './reservations.ts';
import { type State, type Store, UNKNOWN } from './store.ts';

/** How a caller wants its slot. */
export interface Wish {
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

/**
 * The callers of this process, by connection. Those with the same wish are served together, while they wait for the
 * previous write.
 */
export function openCallers(store: Store, clock: () => number, random: () => number) {
  const callersOf = new Map<string, Callers>();

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

  const stateOf = (id: string): State => callersOf.get(id)?.state ?? UNKNOWN;

  /** The remote has answered: its failures count no more. */
  function recovered(id: string): void {
    const callers = callersOf.get(id);
    if (callers) callers.state = { ...callers.state, failing: 0 };
  }

  return { ask, stateOf, recovered };
}

const isAlike = (a: Wish, b: Wish): boolean => sameContent(a, b);
