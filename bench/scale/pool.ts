/** How many seconds ahead a pool can hold; a delivery due later is held as due at the end. */
export const HORIZON = 6 * 3600;

/**
 * Deliveries of one kind at one seller's connections: counted, not kept one by one. Counts are by failed attempts, first
 * of those without a place in the waitlist, then of those that have one.
 */
export type Pool = ReturnType<typeof createPool>;

/** `attempts`: first attempt and retries of a delivery. */
export function createPool(attempts: number) {
  const stages = 2 * attempts;
  const due = new Float64Array(stages);
  const later = Array.from({ length: stages }, () => new Float64Array(HORIZON));
  const taken = new Float64Array(stages);
  const counts = { ready: 0, waiting: 0, opened: 0, fallen: 0 };
  let now = 0;
  let toDrop = 0;
  let [openBefore, openedBefore] = [0, 0];
  /** By second: the share of the open deliveries done since the beginning, as a sum of logarithms. */
  const done: number[] = [0];
  const open = () => counts.ready + counts.waiting;
  const begin = (count: number) => {
    due[0] = (due[0] ?? 0) + count;
    counts.ready += count;
    counts.fallen += count;
  };
  return {
    /** Due deliveries that have their ring. */
    due,
    /** Adds new deliveries, due at once. */
    open(count: number) {
      counts.opened += count;
      begin(count);
    },
    /** Adds dead deliveries that a replay gave new attempts. */
    reopen: begin,
    /** Takes `count` of the due ones for an attempt. The next call overwrites what it returns. */
    take(count: number) {
      const part = counts.ready > 0 ? Math.min(1, count / counts.ready) : 0;
      if (counts.ready === 0) return taken.fill(0);
      let ready = 0;
      for (let stage = 0; stage < stages; stage++) {
        const before = due[stage] ?? 0;
        const took = before * part;
        taken[stage] = took;
        due[stage] = before - took;
        ready += before - took;
      }
      counts.ready = ready;
      return taken;
    },
    /** Puts back a part of what was taken, due in `seconds`; if `failed`, with one more failed attempt. */
    postpone(taken: Float64Array, part: number, seconds: number, failed: boolean, hasPlace = false) {
      const slot = (now + Math.min(HORIZON - 1, Math.max(1, Math.round(seconds)))) % HORIZON;
      for (let stage = 0; stage < stages; stage++) {
        const next = (stage % attempts) + (failed ? 1 : 0);
        const ring = later[next + (hasPlace ? attempts : 0)];
        if (!ring || next === attempts) continue;
        const count = (taken[stage] ?? 0) * part;
        ring[slot] = (ring[slot] ?? 0) + count;
        counts.waiting += count;
      }
    },
    /** Adds new deliveries that have the places of earlier ones in the waitlist, due in `seconds`. */
    openLater(count: number, seconds: number) {
      counts.opened += count;
      const first = later[attempts];
      const slot = (now + Math.min(HORIZON - 1, Math.max(1, Math.round(seconds)))) % HORIZON;
      if (first) first[slot] = (first[slot] ?? 0) + count;
      counts.waiting += count;
    },
    /** Drops deliveries whose work is done by others. */
    drop(count: number) {
      toDrop += count;
    },
    /** The share of deliveries opened `seconds` ago that is still open; all open ones are equally likely to be next. */
    stillOpen: (seconds: number): number =>
      Math.exp((done[Math.max(0, done.length - 1 - seconds)] ?? 0) - (done.at(-1) ?? 0)),
    /** Moves what falls due in this second to `due`. */
    fallDue(second: number) {
      now = second;
      const opened = openBefore + counts.opened - openedBefore;
      const left = opened > 0 ? Math.min(1, Math.max(1e-9, open() / opened)) : 1;
      done.push((done.at(-1) ?? 0) - Math.log(left));
      const kept = toDrop > 0 ? 1 - Math.min(1, toDrop / open()) : 1;
      const slot = second % HORIZON;
      let ready = 0;
      for (let stage = 0; stage < stages; stage++) {
        const ring = later[stage];
        const fallen = ring?.[slot] ?? 0;
        const count = fallen * kept;
        const before = due[stage] ?? 0;
        if (ring) ring[slot] = 0;
        due[stage] = before * kept + count;
        ready += before * kept + count;
        counts.fallen += count;
        counts.waiting -= fallen;
        toDrop = Math.max(0, toDrop - (before + fallen) * (1 - kept));
      }
      counts.ready = ready;
      [openBefore, openedBefore] = [open(), counts.opened];
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
