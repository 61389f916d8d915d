import type { OrderSnapshot } from './snapshot-types.ts';

/**
 * The snapshot, its lines under the ids that the order has for the same goods. A source may name its lines in one
 * reading and not in another: under ids that were assumed, goods would be placed again.
 */
export function withKnownLines(told: OrderSnapshot, known: OrderSnapshot | undefined): OrderSnapshot {
  if (!known || !(told.idsAssumed || known.idsAssumed)) return told;
  const ids = new Map<unknown, string>();
  const isIn = ({ lines }: OrderSnapshot, id: string) => lines.some((line) => line.id === id);
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
