import type { Connection } from '#lib/connections/connection';
import { isStopped, type LineQuantity } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import type { Order } from '#lib/orders/order';
import { pollIntervalSeconds } from '#lib/platform/settings';
import { sum } from '#lib/platform/sum';
import * as items from '#lib/platform/table/items';
import { db, expiryOf, type Key, put, queryPartition, type Table } from '#lib/platform/table/table';
import { namesOf, ownSku, type Product } from './product.ts';

/** Units of a SKU that a placement is after, which their warehouse may not have taken from its stock yet. */
interface Reservation {
  delivery: string;
  quantity: number;
  at: string;
}

/** Reservations that their warehouse has taken from its stock. */
export interface Seen {
  seen: readonly Key[];
}

const keyOf = (warehouse: Connection, sku: string) => ({
  connection: warehouse.id,
  sku: ownSku(warehouse, sku) ?? sku,
});

/** Reserves what a placement is after; gives the SKUs of which there are fewer now. */
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
  return [...new Set([...quantities.keys()].flatMap((sku) => namesOf(warehouse, sku)))];
}

/** A warehouse that tells the same number again says nothing new: after so many polls it has seen what was placed. */
const POLLS_TO_SEE = 3;

/** Units of a product that were just sold, and that its warehouse's number still holds. */
export async function countReserved(
  { sku, updatedAt }: Product,
  warehouse: Connection,
  now: Date,
  table: Table = db,
): Promise<{ reserved: number } & Seen> {
  const { pk } = items.reservation.key({ ...keyOf(warehouse, sku), delivery: '' });
  const kept = await queryPartition<Reservation>(pk, '', table);
  if (kept.length === 0) return { reserved: 0, seen: [] };
  const ids = kept.map(({ delivery }) => delivery);
  const placing = new Map((await getDeliveries(ids, table)).map((each) => [each.id, each]));
  const seenFrom = now.getTime() - POLLS_TO_SEE * pollIntervalSeconds(warehouse.pollIntervalSeconds) * 1000;
  const isSeen = ({ delivery }: Reservation): boolean => {
    const placed = placing.get(delivery)?.placed;
    return placed !== undefined && (placed.at <= updatedAt || Date.parse(placed.at) <= seenFrom);
  };
  const { seen = [], waiting = [] } = Object.groupBy(kept, (each) => (isSeen(each) ? 'seen' : 'waiting'));
  const open = waiting.filter(({ delivery, at }) => {
    const placement = placing.get(delivery);
    return placement && !isStopped(placement) && Date.parse(at) >= now.getTime() - MAX_AGE_MS;
  });
  return {
    reserved: sum(open.map(({ quantity }) => quantity)),
    seen: seen.map(({ pk, sk }) => ({ pk, sk })),
  };
}

/** From so many on, reading them with each count costs more than removing them once. */
const MANY_SEEN = 10;
const REMOVED_TOGETHER = 100;

/** Removes what was seen, where much was: what sells well would be counted in all that was sold of it for a week. */
export async function forgetSeen({ seen }: Seen, table: Table = db): Promise<void> {
  if (seen.length < MANY_SEEN) return;
  await Promise.all(seen.slice(0, REMOVED_TOGETHER).map((Key) => table.delete({ Key })));
}

/** DynamoDB removes what has expired days later. */
const MAX_AGE_MS = items.reservation.keepDays * 24 * 3600_000;
