/** Seconds ahead that a delivery may be due; what is due later is due then. */
export const HORIZON = 6 * 3600;

/** Deliveries of one kind at the connections of one seller, by how many attempts have failed: counts, not things. */
export interface Pool {
  /** Due and rung for, by failed attempts. */
  readonly due: Float64Array;
  /** New ones, due at once. */
  open(count: number): void;
  /** Dead ones with a fresh set of attempts. */
  reopen(count: number): void;
  /** Takes so many of what is due for an attempt; returns them by failed attempts. */
  take(count: number): Float64Array;
  /** Puts part of what was taken back, due in so many seconds, with one more failed attempt or as it was. */
  postpone(taken: Float64Array, part: number, seconds: number, failed: boolean): void;
  /** Moves what falls due in this second to `due`. */
  fallDue(second: number): void;
  /** Not due yet. */
  readonly waiting: number;
  /** New ones ever. */
  readonly opened: number;
  /** How often one fell due ever. */
  readonly fallen: number;
}

/** `attempts`: how many a delivery has in all. */
export function createPool(attempts: number): Pool {
  const due = new Float64Array(attempts);
  const later = Array.from({ length: attempts }, () => new Float64Array(HORIZON));
  const counts = { waiting: 0, opened: 0, fallen: 0 };
  let now = 0;
  const begin = (count: number) => {
    due[0] = (due[0] ?? 0) + count;
    counts.fallen += count;
  };
  return {
    due,
    open(count) {
      counts.opened += count;
      begin(count);
    },
    reopen: begin,
    take(count) {
      const total = sum(due);
      const part = total > 0 ? Math.min(1, count / total) : 0;
      const taken = due.map((each) => each * part);
      for (const [stage, each] of taken.entries()) due[stage] = (due[stage] ?? 0) - each;
      return taken;
    },
    postpone(taken, part, seconds, failed) {
      const slot = (now + Math.min(HORIZON - 1, Math.max(1, Math.round(seconds)))) % HORIZON;
      for (const [stage, each] of taken.entries()) {
        const ring = later[stage + (failed ? 1 : 0)];
        if (!ring) continue;
        ring[slot] = (ring[slot] ?? 0) + each * part;
        counts.waiting += each * part;
      }
    },
    fallDue(second) {
      now = second;
      const slot = second % HORIZON;
      for (const [stage, ring] of later.entries()) {
        const count = ring[slot] ?? 0;
        ring[slot] = 0;
        due[stage] = (due[stage] ?? 0) + count;
        counts.fallen += count;
        counts.waiting -= count;
      }
    },
    get waiting() {
      return counts.waiting;
    },
    get opened() {
      return counts.opened;
    },
    get fallen() {
      return counts.fallen;
    },
  };
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0;
  return total;
}
