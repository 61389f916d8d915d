import { orderId, type ReturnSnapshot } from '#lib/orders/order';
import { applyReturns, readReturn } from '#lib/orders/returns';
import { findByPart } from '#lib/orders/share-lines';
import type { Ingest, Ingested, Ingesting } from './event.ts';

/** What a sales channel says of goods that came back. */
export async function ingestReturn(told: ReturnSnapshot, ingesting: Ingesting): Promise<Ingested> {
  const { message, connection, hub } = ingesting;
  const named = orderId(connection.id, told.externalId);
  const id = (await findByPart(named, hub.table)) ?? named;
  const { decision } = await ingesting.changeOrder(id, connection.id, (order): Ingest => {
    if (!order) {
      const error = {
        code: 'order_unknown',
        description: `${connection.id}: order ${told.externalId} is not known here`,
      };
      return { order, became: { state: 'unreadable', error } };
    }
    const returned = applyReturns(order, [readReturn(order, told, connection.id, message.receivedAt)]);
    // A poll that finds what is known leaves no trace.
    if (returned.order === order && message.receivedBy === 'poll') return { order };
    return { ...returned, became: { state: returned.order === order ? 'duplicate' : 'applied', order: id } };
  });
  return decision?.became?.state ?? null;
}
