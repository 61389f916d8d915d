import type { Fulfillment, LineQuantity, SnapshotHistory, SnapshotLine } from './order.ts';

/** A line and how many of it were bought, are wanted now, and are shipped. */
export interface CountedLine {
  line: SnapshotLine;
  original: number;
  total: number;
  fulfilled: number;
  vanished: boolean;
}

/** Every line that ever was on the order: those that stand in the source's order, then those that vanished. */
export function countLines(history: SnapshotHistory, fulfillments: readonly Fulfillment[]): CountedLine[] {
  const { snapshot, originals, vanished } = history;
  const shipped = sumByLine(fulfillments.flatMap(({ lineItems }) => lineItems));
  const standing = snapshot.lines.map((line) => {
    // The hub's parcels and the channel's own count tell of the same units: the one that knows more counts.
    const sent = Math.max(shipped.get(line.id) ?? 0, line.fulfilled ?? 0);
    // What was shipped before a cancellation stays shipped.
    const total = snapshot.cancelled || line.cancelled ? Math.min(line.quantity, sent) : line.quantity;
    return { line, total, fulfilled: Math.min(total, sent), vanished: false };
  });
  const gone = vanished.map(({ line }) => ({ line, total: 0, fulfilled: 0, vanished: true }));
  const firstQuantity = new Map(originals.map(({ id, quantity }) => [id, quantity]));
  return [...standing, ...gone].map((counted) => ({
    ...counted,
    original: firstQuantity.get(counted.line.id) ?? counted.line.quantity,
  }));
}

/** Units by line id; entries without units are left out. */
export function sumByLine(lines: readonly LineQuantity[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const { id, quantity } of lines) if (quantity > 0) sum.set(id, (sum.get(id) ?? 0) + quantity);
  return sum;
}

/** One entry a line. */
export const mergeLines = (lines: readonly LineQuantity[]): LineQuantity[] =>
  [...sumByLine(lines)].map(([id, quantity]) => ({ id, quantity }));
