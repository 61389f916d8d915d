import type { Order } from './order.ts';
import type { OrderSnapshot, SnapshotLine } from './snapshot-types.ts';
import { sameUnits } from './status.ts';

/**
 * The snapshot, its lines under the ids that the order has for the same goods. A source may name its lines in one
 * reading and not in another: under ids that were assumed, goods would be placed again.
 */
export function withKnownLines(told: OrderSnapshot, known: OrderSnapshot | undefined): OrderSnapshot {
  if (!known || !(told.idsAssumed || known.idsAssumed)) return told;
  const ids = new Map<unknown, string>();
  let free = known.lines.filter(({ id }) => !isIn(told, id));
  for (const { id, sku, ean, quantity } of told.lines.filter((line) => !isIn(known, line.id))) {
    const alike = free.filter((line) => line.sku === sku || (ean !== undefined && line.ean === ean));
    const same = alike.find((line) => line.quantity === quantity) ?? alike[0];
    free = free.filter((line) => line !== same);
    if (same) ids.set(id, same.id);
  }
  const renamed = (id: unknown) => ids.get(id) ?? id;
  const text = JSON.stringify(told, (key, value) => {
    if (key === 'line' || key === 'parentId') return renamed(value);
    return /^(lines|lineItems)$/.test(key)
      ? value.map((line: { id: string }) => ({ ...line, id: renamed(line.id) }))
      : value;
  });
  return ids.size === 0 ? told : { ...JSON.parse(text), idsAssumed: true };
}

const isIn = ({ lines }: OrderSnapshot, id: string): boolean => lines.some((line) => line.id === id);

/** What depends on how many units there are, beside the lines. */
const COUNTED = ['amounts', 'discounts', 'fees', 'expectations', 'returns', 'adjustments'] as const;

/**
 * An undated answer that counts other units than what stands, as the next thing that its source said. It was asked for
 * after all that the order has, and a list may be all that tells of a change after an event that had a date. What else
 * differs may be a matter of form, and stays.
 */
export function withLaterUnits(told: OrderSnapshot, order: Order | null, askedAt = ''): OrderSnapshot {
  if (!order || told.version !== null || askedAt <= order.updatedAt) return told;
  const { stands, snapshot: known } = order.history;
  if (stands.clock !== 'source' || known.cancelled || told.cancelled) return told;
  const lines = told.lines.map((line) => {
    const { sku, title, attributes } = known.lines.find(({ id }) => id === line.id) ?? line;
    return { ...line, sku, title, ...(attributes && { attributes }) };
  });
  if (!lines.some(({ id }) => isIn(known, id)) || sameUnits(unitsOf(lines), unitsOf(known.lines))) return told;
  const kept = Object.entries(known).filter(([name]) => !COUNTED.some((counted) => counted === name));
  const counted = COUNTED.flatMap((name) => (told[name] ? [[name, told[name]]] : []));
  const version = new Date(Date.parse(stands.version) + 1).toISOString();
  return { ...Object.fromEntries([...kept, ...counted]), lines, version };
}

const unitsOf = (lines: readonly SnapshotLine[]) =>
  lines.map(({ sku, quantity, cancelled }) => ({ id: sku, quantity: cancelled ? 0 : quantity }));
