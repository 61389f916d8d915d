/** Seconds ahead that a pool can hold; a delivery that is due later is held as due at its end. */
export const HORIZON = 6 * 3600;

/** Deliveries of one kind at the connections of one seller, by how many attempts have failed: counts, not things. */
export type Pool = ReturnType<typeof createPool>;

/** `attempts`: first attempt and retries of a delivery. */
export function createPool(attempts: number) {
  const due = new Float64Array(attempts);
  const later = Array.from({ length: attempts }, () => new Float64Array(HORIZON));
  const taken = new Float64Array(attempts);
  const counts = { ready: 0, waiting: 0, opened: 0, fallen: 0 };
  let now = 0;
  const begin = (count: number) => {
    due[0] = (due[0] ?? 0) + count;
    counts.ready += count;
    counts.fallen += count;
  };
  return {
    /** Deliveries that are due and have their ring, by failed attempts. */
    due,
    /** Adds new deliveries, due at once. */
    open(count: number) {
      counts.opened += count;
      begin(count);
    },
    /** Adds dead deliveries that a replay gave a fresh set of attempts. */
    reopen: begin,
    /** Takes `count` of the due ones for an attempt; returns them by failed attempts, until the next call. */
    take(count: number) {
      const part = counts.ready > 0 ? Math.min(1, count / counts.ready) : 0;
      for (let stage = 0; stage < attempts; stage++) {
        taken[stage] = (due[stage] ?? 0) * part;
        due[stage] = (due[stage] ?? 0) - (taken[stage] ?? 0);
      }
      counts.ready = sum(due);
      return taken;
    },
    /** Puts a part of what was taken back, due in `seconds`, with one more failed attempt where `failed`. */
    postpone(taken: Float64Array, part: number, seconds: number, failed: boolean) {
      const slot = (now + Math.min(HORIZON - 1, Math.max(1, Math.round(seconds)))) % HORIZON;
      for (let stage = 0; stage < attempts; stage++) {
        const ring = later[stage + (failed ? 1 : 0)];
        if (!ring) continue;
        const count = (taken[stage] ?? 0) * part;
        ring[slot] = (ring[slot] ?? 0) + count;
        counts.waiting += count;
      }
    },
    /** Moves what falls due in this second to `due`. */
    fallDue(second: number) {
      now = second;
      const slot = second % HORIZON;
      for (let stage = 0; stage < attempts; stage++) {
        const ring = later[stage];
        const count = ring?.[slot] ?? 0;
        if (!ring || count === 0) continue;
        ring[slot] = 0;
        due[stage] = (due[stage] ?? 0) + count;
        counts.ready += count;
        counts.fallen += count;
        counts.waiting -= count;
      }
    },
    get ready() {
      return counts.ready;
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
