import { sameContent } from '#lib/platform/canonical-json';
import type { Order, SnapshotHistory } from './order.ts';
import type { OrderSnapshot, SnapshotLine } from './snapshot-types.ts';
import { sameUnits, sumByLine } from './status.ts';

/**
 * The snapshot, its lines under the ids that the order has for the same goods, also for goods that had gone from it. A
 * source may name its lines in one reading and not in another: under ids that were assumed, goods would be placed again.
 */
export function withKnownLines(told: OrderSnapshot, history: SnapshotHistory | undefined): OrderSnapshot {
  if (!history || !(told.idsAssumed || history.snapshot.idsAssumed)) return told;
  const known = everIn(history);
  const ids = new Map<unknown, string>();
  let free = known.filter(({ id }) => !isAmong(told.lines, id));
  for (const { id, sku, ean, quantity, attributes } of told.lines.filter((line) => !isAmong(known, line.id))) {
    const all = free.filter((line) => line.sku === sku || (ean !== undefined && line.ean === ean));
    const standing = all.filter((line) => isAmong(history.snapshot.lines, line.id));
    const alike = standing.length > 0 ? standing : all;
    const asMany = alike.filter((line) => line.quantity === quantity);
    const same = asMany.find((line) => sameContent(line.attributes, attributes)) ?? asMany[0] ?? alike[0];
    free = free.filter((line) => line !== same);
    if (same) ids.set(id, same.id);
  }
  const renamed = (id: unknown) => ids.get(id) ?? id;
  // An EAN in place of the SKU says nothing against the SKU that is known.
  const skuOf = ({ id, sku, ean }: SnapshotLine): string =>
    known.find((line) => line.id === renamed(id) && line.ean === ean && sku === ean)?.sku ?? sku;
  if (ids.size === 0 && told.lines.every((line) => skuOf(line) === line.sku)) return told;
  const text = JSON.stringify(told, (key, value) => {
    if (key === 'line' || key === 'parentId') return renamed(value);
    // The buyer's choices may have any name.
    return /^(lines|lineItems)$/.test(key) && Array.isArray(value)
      ? value.map((line) => ({ ...line, id: renamed(line.id), ...(line.sku && { sku: skuOf(line) }) }))
      : value;
  });
  return { ...JSON.parse(text), idsAssumed: true };
}

/** Every line that the order ever had, those that are on it first. */
const everIn = ({ snapshot, vanished }: SnapshotHistory): SnapshotLine[] => [
  ...snapshot.lines,
  ...vanished.map(({ line }) => line),
];

const isAmong = (lines: readonly SnapshotLine[], id: string): boolean => lines.some((line) => line.id === id);

/**
 * An undated answer that counts fewer units than what stands, as the next thing that its source said. It was asked for
 * after all that the order has, and a list may be all that tells of a change after an event that had a date. More units
 * count only where a list had taken them away; and none once something has shipped, as a list may show what is left.
 */
export function withLaterUnits(told: OrderSnapshot, order: Order | null, askedAt = ''): OrderSnapshot {
  if (!order || told.version !== null || askedAt <= order.updatedAt) return told;
  const { stands, snapshot: known, originals } = order.history;
  const isCancelled = order.cancelled || known.cancelled || told.cancelled;
  const isShipped = order.ucp.line_items.some(({ quantity }) => quantity.fulfilled > 0);
  if (stands.clock !== 'source' || isCancelled || isShipped || told.currency !== known.currency) return told;
  const most = sumByLine(known.unitsListed ? originals : unitsOf(known));
  const isMore = unitsOf(told).some(({ id, quantity }) => quantity > (most.get(id) ?? 0));
  if (isMore || sameUnits(unitsOf(told), unitsOf(known))) return told;
  const version = new Date(Date.parse(stands.version) + 1).toISOString();
  return { ...withUnits(told, order.history), version };
}

/** The snapshot that stands with another's units and what they cost. What else differs may be a matter of form. */
export function withUnits(
  { lines: listed, amounts, discounts, fees }: OrderSnapshot,
  history: SnapshotHistory,
): OrderSnapshot {
  const lines = listed.map((line) => {
    const known = everIn(history).find(({ id }) => id === line.id) ?? line;
    const { sku, title, attributes, cancelled: _not, ordered: _once, tax: _tax, total: _total, ...rest } = known;
    return { ...rest, ...line, sku, title, ...(attributes && { attributes }) };
  });
  const { discounts: _less, fees: _more, ...rest } = history.snapshot;
  return { ...rest, lines, amounts, ...(discounts && { discounts }), ...(fees && { fees }), unitsListed: true };
}

const unitsOf = ({ lines }: OrderSnapshot) =>
  lines.map(({ id, quantity, cancelled }) => ({ id, quantity: cancelled ? 0 : quantity }));
