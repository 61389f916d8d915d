import { isPast } from '#lib/deliveries/ship-by';
import { compareText, firstOf } from '#lib/platform/canonical-json';
import { hasUnits, sumByLine } from './line-quantities.ts';
import type { Fulfillment, LineQuantity, Order, OrderStatus, SnapshotHistory, SnapshotLine } from './order.ts';

/** Derived from the lines that are left: with none it is cancelled, with all shipped it is fulfilled. */
export function statusOf({ ucp, cancelled }: Order): OrderStatus {
  const active = ucp.line_items.filter(({ quantity }) => quantity.total > 0);
  if (active.length === 0) return cancelled || ucp.line_items.length > 0 ? 'cancelled' : 'open';
  if (active.every(({ status }) => status === 'fulfilled')) return 'fulfilled';
  return active.some(({ quantity }) => quantity.fulfilled > 0) ? 'partial' : 'open';
}

/** Whether nothing more is to be shipped. */
export function isSettled(order: Order): boolean {
  const status = statusOf(order);
  return status === 'fulfilled' || status === 'cancelled';
}

/** Whether units are left to ship although the time for it has passed. */
export const isLate = (order: Order, now = new Date()): boolean => !isSettled(order) && isPast(order, now);

/** The units that are still to be shipped, by line. */
export function unfulfilled({ ucp }: Order): LineQuantity[] {
  return ucp.line_items
    .map(({ id, quantity }) => ({ id, quantity: quantity.total - quantity.fulfilled }))
    .filter(hasUnits);
}

/** A line with how many units were bought, are wanted now, and are shipped. */
export interface CountedLine {
  line: SnapshotLine;
  original: number;
  total: number;
  fulfilled: number;
  vanished: boolean;
}

/** Every line that was ever on the order: those in the source's order now, then those that vanished. */
export function countLines(history: SnapshotHistory, fulfillments: readonly Fulfillment[]): CountedLine[] {
  const { snapshot, originals, vanished } = history;
  const shipped = sumByLine(fulfillments.flatMap(({ lineItems }) => lineItems));
  const unknown = shippedWithoutUs(history, shipped);
  const isEcho = repeatsParcels(history, fulfillments);
  const standing = snapshot.lines.map((line) => {
    // The hub's parcels and the channel's own count cover the same units: the larger count is right.
    const own = shipped.get(line.id) ?? 0;
    const more = Math.max(0, Math.min(unknown.get(line.sku) ?? 0, line.quantity - own));
    if (more > 0) unknown.set(line.sku, (unknown.get(line.sku) ?? 0) - more);
    const told = isEcho && line.fulfilledWithAll ? 0 : (line.fulfilled ?? 0);
    const sent = unknown.has(line.sku) ? own + more : Math.max(own, told);
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

/** Units known only from a channel that counts by SKU: by SKU, how many more than the parcels of its lines hold. */
function shippedWithoutUs({ snapshot: { lines }, vanished }: SnapshotHistory, shipped: ReadonlyMap<string, number>) {
  const more = new Map<string, number>();
  for (const { sku, fulfilled = 0, countedBySku } of lines)
    if (countedBySku) more.set(sku, (more.get(sku) ?? 0) + fulfilled);
  for (const { id, sku } of [...lines, ...vanished.map(({ line }) => line)])
    if (more.has(sku)) more.set(sku, (more.get(sku) ?? 0) - (shipped.get(id) ?? 0));
  return more;
}

/** By how much the clock of a sales channel may differ from that of whoever shipped. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/**
 * Whether a channel calls the order delivered only because the hub's parcels once held all of it. Lines added since are
 * in none of those parcels, so nobody has shipped them. If the parcels never held all of it, somebody else shipped the
 * rest, unless one parcel is enough for this channel.
 */
function repeatsParcels({ originals, levels = [], snapshot }: SnapshotHistory, fulfillments: readonly Fulfillment[]) {
  const told = Map.groupBy([...originals, ...levels], ({ id }) => id);
  const lines = snapshot.lines
    .filter(({ fulfilledWithAll }) => fulfilledWithAll)
    .map(({ id }) => {
      const all = told.get(id) ?? [];
      // Which quantity a line had when it was shipped is unknown: the least that it ever had is enough.
      const least = Math.min(...all.map(({ quantity }) => quantity));
      return { id, least, addedAt: firstOf(all.map(({ version }) => version)) };
    });
  if (lines.length === 0) return false;
  const isOneEnough = snapshot.lines.some(({ fulfilledWithAll }) => fulfilledWithAll === 'at_first');
  const first = firstOf(originals.map(({ version }) => version)) ?? '';
  const parcels = fulfillments.toSorted((a, b) => compareText(a.shippedAt, b.shippedAt));
  const shipped = new Map<string, number>();
  return parcels.some(({ shippedAt, lineItems }) => {
    for (const { id, quantity } of lineItems) shipped.set(id, (shipped.get(id) ?? 0) + quantity);
    const left = new Date(Date.parse(shippedAt) - CLOCKS_DIFFER_MS).toISOString();
    const isSent = ({ id, least, addedAt }: (typeof lines)[number]): boolean =>
      addedAt === undefined || (addedAt > first && addedAt > left) || (shipped.get(id) ?? 0) >= least;
    const isOurs = (isOneEnough && (snapshot.version ?? '') > left) || lines.every(isSent);
    return lines.some(({ id }) => shipped.has(id)) && isOurs;
  });
}
