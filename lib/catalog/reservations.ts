import type { Connection } from '#lib/connections/connection';
import { type Delivery, isStopped, type LineQuantity } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import type { Order } from '#lib/orders/order';
import { sum } from '#lib/platform/sum';
import { equals, onlyIf } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import {
  db,
  expiryOf,
  type Item,
  isWritten,
  type Key,
  put,
  queryPartition,
  type Table,
} from '#lib/platform/table/table';
import { namesOf, ownSku, type Product } from './product.ts';
import { findSoldByEan } from './store.ts';

/** Units of a SKU that a placement wants, and that their warehouse may not have subtracted yet. */
interface Reservation {
  delivery: string;
  quantity: number;
  at: string;
  /** When its placement was asked for: noted where there are many, so that a count need not read them all. */
  askedAt?: string;
}

/** Reservations that their warehouse has subtracted from its stock, and those of which the placement was read. */
export interface Seen {
  seen: readonly Key[];
  known?: ReadonlyArray<Item<Reservation>>;
}

const keyOf = (warehouse: Connection, sku: string) => ({
  connection: warehouse.id,
  sku: ownSku(warehouse, sku) ?? sku,
});

/** What is sold under its EAN is placed, and counted, under the warehouse's SKU for it. */
async function placedSku(warehouse: Connection, sold: string, table: Table): Promise<string> {
  if (ownSku(warehouse, sold) !== undefined) return sold;
  return (await findSoldByEan(warehouse.id, sold, table))?.sku ?? sold;
}

/** Reserves what a placement wants; returns the SKUs of which fewer are left. */
export async function reserve(
  { ucp }: Order,
  { id, createdAt: at, lineItems }: { id: string; createdAt: string; lineItems: readonly LineQuantity[] },
  warehouse: Connection,
  table: Table = db,
): Promise<string[]> {
  // By the warehouse's own SKU, which may be several of the channels'.
  const quantities = new Map<string, number>();
  const skus = new Set<string>();
  for (const { id: line, quantity } of lineItems) {
    const sold = ucp.line_items.find((each) => each.id === line)?.item.id ?? '';
    const sku = await placedSku(warehouse, sold, table);
    const { sku: own } = keyOf(warehouse, sku);
    quantities.set(own, (quantities.get(own) ?? 0) + quantity);
    if (!skus.has(sku)) for (const name of namesOf(warehouse, sku)) skus.add(name);
    skus.add(sold);
  }
  const expiresAt = expiryOf(items.reservation, at);
  const writes = [...quantities].map(([sku, quantity]) => {
    const key = items.reservation.key({ connection: warehouse.id, sku, delivery: id });
    return table.put(put({ delivery: id, quantity, at, expiresAt, ...key }).Put);
  });
  await Promise.all(writes);
  return [...skus];
}

/**
 * A warehouse that repeats its number may subtract only what it ships, and a round of polls over many SKUs takes hours:
 * after this long, what was placed counts as seen.
 */
const SEEN_AFTER_MS = 24 * 3600_000;

/**
 * When the attempt began that placed it: the warehouse subtracts before it answers. Without a revision it was found there,
 * after an attempt of unknown outcome or a replay.
 */
function askedAt({ attempts = [], placed }: Delivery): string {
  const isFound = placed?.revision === undefined;
  const unknown = isFound ? attempts.findLast(({ outcome }) => outcome === 'unknown') : undefined;
  const succeeded = attempts.filter(({ outcome }) => outcome === 'succeeded');
  return (unknown ?? succeeded.at(isFound ? 0 : -1))?.startedAt ?? placed?.at ?? '';
}

/** Units of a product that were just sold, and that its warehouse's number still includes. */
export async function countReserved(
  { sku, updatedAt }: Product,
  warehouse: Connection,
  now: Date,
  table: Table = db,
): Promise<{ reserved: number } & Seen> {
  const own = keyOf(warehouse, await placedSku(warehouse, sku, table));
  const { pk } = items.reservation.key({ ...own, delivery: '' });
  const kept = await queryPartition<Reservation>(pk, { table });
  if (kept.length === 0) return { reserved: 0, seen: [] };
  const unknown = kept.filter((each) => each.askedAt === undefined).map(({ delivery }) => delivery);
  const placing = new Map((await getDeliveries(unknown, table)).map((each) => [each.id, each]));
  const asked = kept.map((each) => {
    const placement = placing.get(each.delivery);
    return placement?.placed ? { ...each, askedAt: askedAt(placement) } : each;
  });
  const seenFrom = new Date(now.getTime() - SEEN_AFTER_MS).toISOString();
  const isSeen = ({ askedAt: at }: Reservation): boolean => at !== undefined && (at <= updatedAt || at <= seenFrom);
  const { seen = [], waiting = [] } = Object.groupBy(asked, (each) => (isSeen(each) ? 'seen' : 'waiting'));
  const open = waiting.filter(({ delivery, at, askedAt: noted }) => {
    const placement = placing.get(delivery);
    const isStanding = placement ? !isStopped(placement) : noted !== undefined;
    return isStanding && Date.parse(at) >= now.getTime() - MAX_AGE_MS;
  });
  return {
    reserved: sum(open.map(({ quantity }) => quantity)),
    seen: seen.map(({ pk, sk }) => ({ pk, sk })),
    known: waiting.filter((each) => each.askedAt && placing.get(each.delivery)?.state === 'succeeded'),
  };
}

/** From this many on, reading them with each count costs more than writing them once. */
const MANY = 10;
const WRITTEN_TOGETHER = 100;

/**
 * If they are many, removes what was seen, and notes when what was not was asked for: otherwise each count of a fast
 * seller reads a week of sales, and each sale of a day the placements of all before it.
 */
export async function forgetSeen({ seen, known = [] }: Seen, table: Table = db): Promise<void> {
  const some = <T>(all: readonly T[]) => (all.length < MANY ? [] : all.slice(0, WRITTEN_TOGETHER));
  await Promise.all([
    ...some(seen).map((Key) => table.delete({ Key })),
    // One that was reserved anew meanwhile is read again.
    ...some(known).map((Item) => isWritten(table.put({ Item, ...onlyIf(equals('quantity', Item.quantity)) }))),
  ]);
}

/** DynamoDB removes expired items days later. */
const MAX_AGE_MS = items.reservation.keepDays * 24 * 3600_000;
