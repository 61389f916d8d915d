import { sameContent } from '#lib/platform/canonical-json';
import { findAlike } from '#lib/platform/text';
import { sameUnits, sumByLine } from './line-quantities.ts';
import type { LineQuantity, Order, SnapshotHistory } from './order.ts';
import type { OrderSnapshot, SnapshotLine } from './snapshot-types.ts';

/**
 * The snapshot, its lines under the ids that the order has for the same goods, also for goods that had gone from it. A
 * source may name its lines in one reading and not in another: under ids that were assumed, goods would be placed again.
 */
export function withKnownLines(told: OrderSnapshot, history: SnapshotHistory | undefined): OrderSnapshot {
  if (!history || !(told.idsAssumed || history.snapshot.idsAssumed)) return told;
  const known = everIn(history);
  const ids: ReadonlyMap<unknown, string> = knownIds(told.lines, history);
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

/** The ids that an order has for lines told under others, by these: each for the line that is most like it. */
function knownIds(told: readonly SnapshotLine[], history: SnapshotHistory): Map<string, string> {
  const known = everIn(history);
  const standing = idsOf(history.snapshot.lines);
  const ofOrder = idsOf(known);
  const ofTold = idsOf(told);
  /** The buyer's choices tell goods apart, then whether they stand, then how many they are. */
  const likenessOf = (line: SnapshotLine, other: SnapshotLine): number => {
    const chosen = sameContent(line.attributes, other.attributes) ? (line.attributes ? 8 : 2) : 0;
    return chosen + (standing.has(other.id) ? 4 : 0) + (line.quantity === other.quantity ? 1 : 0);
  };
  const free = known.filter(({ id }) => !ofTold.has(id));
  const skus = known.map(({ sku }) => sku);
  const pairs = told
    .filter(({ id }) => !ofOrder.has(id))
    .flatMap((line) => {
      const sku = findAlike(skus, line.sku);
      const alike = free.filter((other) => other.sku === sku || (line.ean !== undefined && line.ean === other.ean));
      return alike.map((other) => ({ line, other, likeness: likenessOf(line, other) }));
    })
    .sort((a, b) => b.likeness - a.likeness);
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { line, other } of pairs) {
    if (ids.has(line.id) || taken.has(other.id)) continue;
    ids.set(line.id, other.id);
    taken.add(other.id);
  }
  return ids;
}

/** Every line that the order ever had, those that are on it first. */
const everIn = ({ snapshot, vanished }: SnapshotHistory): SnapshotLine[] => [
  ...snapshot.lines,
  ...vanished.map(({ line }) => line),
];

const idsOf = (lines: readonly SnapshotLine[]): ReadonlySet<string> => new Set(lines.map(({ id }) => id));

/**
 * Dates an undated list just after the snapshot that stands, so that its units count: it was asked for after everything
 * that the order has, and a list may be all that tells of a change after an event that had a date. More units count only
 * where a list had taken them away, fewer only before anything shipped, as a list may show what is left.
 */
export function withLaterUnits(told: OrderSnapshot, order: Order | null, askedAt = ''): OrderSnapshot {
  if (!order || told.version !== null || askedAt <= order.updatedAt) return told;
  const { stands, snapshot: known, originals } = order.history;
  const isCancelled = order.cancelled || known.cancelled || told.cancelled;
  const isShipped = order.ucp.line_items.some(({ quantity }) => quantity.fulfilled > 0);
  if (stands.clock !== 'source' || isCancelled || told.currency !== known.currency) return told;
  const most = sumByLine(known.unitsListed ? originals : unitsOf(known));
  const isMore = exceeds(unitsOf(told), most);
  const isFewer = exceeds(unitsOf(known), sumByLine(unitsOf(told)));
  if (isMore || (isShipped && isFewer) || sameUnits(unitsOf(told), unitsOf(known))) return told;
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

const exceeds = (units: LineQuantity[], most: ReadonlyMap<string, number>): boolean =>
  units.some(({ id, quantity }) => quantity > (most.get(id) ?? 0));
