import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import { coverFetch } from '#lib/deliveries/fetch-cover';
import { getDelivery, openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { sumByLine } from '#lib/orders/line-quantities';
import type { Order } from '#lib/orders/order';
import { db, transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { reserve } from './reservations.ts';
import { planTelling, type StockNetwork } from './stock.ts';

/**
 * Reserves the units that each placement asks for now, and has the channels told what is left, before the warehouse
 * knows of the sale. After a crash before this, the warehouse's next number has the same effect.
 */
export async function reserveSold(
  order: Order,
  placing: readonly Delivery[],
  { connections, roleOf }: StockNetwork,
  hub: { table: typeof db; ring: typeof ring } = { table: db, ring },
): Promise<void> {
  for (const placement of placing) {
    const asked = await planSold(order, placement, { connections, roleOf }, undefined, hub.table);
    const telling = await Promise.all(asked.map((each) => openTelling(openDelivery(each, order.updatedAt), hub.table)));
    await hub.ring(telling.flat());
  }
}

/** Reserves what a placement asks for now; returns what tells the channels of it, for each `found` anew. */
export async function planSold(
  order: Order,
  { id, action, connection, createdAt, subject }: Delivery,
  network: StockNetwork,
  found?: string,
  table = db,
): Promise<NewDelivery[]> {
  const { connections, roleOf } = network;
  const isTold = [...connections.values()].some(({ marketplace }) => roleOf(marketplace).takesStock);
  const warehouse = isTold && action === 'order' ? connections.get(connection) : undefined;
  if (!warehouse) return [];
  const units = sumByLine(order.placements.find(({ delivery }) => delivery === id)?.lineItems ?? []);
  const lineItems = (subject.lineItems ?? []).map((line) => ({ id: line.id, quantity: units.get(line.id) ?? 0 }));
  const skus = await reserve(order, { id, createdAt, lineItems }, warehouse, table);
  const occasion = [id, ...(found ? [found] : lineItems.map(({ quantity }) => `${quantity}`))];
  return (await Promise.all(skus.map((sku) => planTelling(sku, [...occasion, sku], network, table)))).flat();
}

const CLOCKS_DIFFER_MS = 60_000;

/** Opens a stock push, unless one for the channel and SKU is waiting, which counts when it begins. */
function openTelling(delivery: Delivery, table: typeof db): Promise<Delivery[]> {
  const { id, connection, action, subject } = delivery;
  const about = { id, connection, action, subject: { resource: subject.sku ?? '' } };
  return untilCommitted(`what ${connection} is told of ${subject.sku}`, async () => {
    // A push that has begun may have counted before this sale, whatever its worker's clock says.
    const { covered, writes } = await coverFetch(about, new Date(Date.now() + CLOCKS_DIFFER_MS).toISOString(), table);
    if (covered !== null) return [];
    if (await transact([putNewDelivery(delivery), ...writes], table)) return [delivery];
    return (await getDelivery(id, table)) && [];
  });
}
