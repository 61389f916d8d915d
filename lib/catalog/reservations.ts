import type { Connection } from '#lib/connections/connection';
import type { Delivery, LineQuantity } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import type { Order } from '#lib/orders/order';
import { pollIntervalSeconds } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, expiryOf, put, queryPartition, type Table } from '#lib/platform/table/table';
import { ownSku } from './own-sku.ts';
import type { Product } from './product.ts';

/** Units of a SKU that a placement is after, which their warehouse may not have taken from its stock yet. */
interface Reservation {
  delivery: string;
  quantity: number;
  at: string;
}

const keyOf = (warehouse: Connection, sku: string) => ({
  connection: warehouse.id,
  sku: ownSku(warehouse, sku) ?? sku,
});

/** Reserves what a placement is after. */
export async function reserve(
  { ucp }: Order,
  { id, createdAt: at, lineItems }: { id: string; createdAt: string; lineItems: readonly LineQuantity[] },
  warehouse: Connection,
  table: Table = db,
): Promise<string[]> {
  const quantities = new Map<string, number>();
  for (const { id: line, quantity } of lineItems) {
    const sku = ucp.line_items.find((each) => each.id === line)?.item.id ?? '';
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  }
  const expiresAt = expiryOf(items.reservation, at);
  const writes = [...quantities].map(([sku, quantity]) => {
    const key = items.reservation.key({ ...keyOf(warehouse, sku), delivery: id });
    return table.put(put({ delivery: id, quantity, at, expiresAt, ...key }).Put);
  });
  await Promise.all(writes);
  return [...quantities.keys()];
}

/** A warehouse that tells the same number again says nothing new: after so many polls it has seen what was placed. */
const POLLS_TO_SEE = 3;

/** Units of a product that were just sold, and that its warehouse's number still holds. */
export async function countReserved(
  { sku, updatedAt }: Product,
  warehouse: Connection,
  now: Date,
  table: Table = db,
): Promise<number> {
  const { pk } = items.reservation.key({ ...keyOf(warehouse, sku), delivery: '' });
  const kept = await queryPartition<Reservation>(pk, '', table);
  if (kept.length === 0) return 0;
  const ids = kept.map(({ delivery }) => delivery);
  const placing = new Map((await getDeliveries(ids, table)).map((each) => [each.id, each]));
  const seenFrom = now.getTime() - POLLS_TO_SEE * pollIntervalSeconds(warehouse.pollIntervalSeconds) * 1000;
  const open = kept.filter(({ delivery, at }) => {
    const placement = placing.get(delivery);
    if (!placement || isStopped(placement) || Date.parse(at) < now.getTime() - MAX_AGE_MS) return false;
    const { placed } = placement;
    return !placed || (placed.at > updatedAt && Date.parse(placed.at) > seenFrom);
  });
  return open.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** DynamoDB removes what has expired days later. */
const MAX_AGE_MS = items.reservation.keepDays * 24 * 3600_000;

/** Stopped with nobody to alarm: nothing of it is wanted any more. */
const isStopped = ({ state, deadLettered, placed }: Delivery): boolean =>
  placed === undefined && state === 'dead' && deadLettered === true;
