import type { Change } from '#lib/marketplaces/contract';
import { blockPlacement, getPlacing, settlePlacements } from '#lib/orders/placements';
import { isSettled } from '#lib/orders/status';
import { changeFor, type Ingest, type Ingested, type Ingesting } from './event.ts';

/**
 * A placement that its poll asks for no more: forgotten where its order is done; else a person looks, and a replay has it
 * asked for again once it is found there.
 */
export async function ingestStale(
  { orderId, number, since }: Extract<Change, { type: 'stale' }>,
  ingesting: Ingesting,
): Promise<Ingested> {
  const { connection, hub } = ingesting;
  const { decision } = await changeFor(orderId, ingesting, connection.id, async (order): Promise<Ingest | null> => {
    const placing = order ? await getPlacing(order, connection.id, hub.table) : [];
    const stale = placing.filter(({ placed }) => placed?.number === number && !placed.isSettled);
    if (!order || stale.length === 0) return null;
    if (isSettled(order)) return { order, also: settlePlacements(stale) };
    const description = `${connection.id} has told of no end of order ${number} since ${since}: look there; close this, or replay it to have it asked for again`;
    const cause = { code: 'never_settled', description };
    return {
      order,
      timeline: stale.map(({ id }) => ({ type: 'delivery.blocked', detail: { delivery: id, ...cause } })),
      also: stale.map((delivery) => blockPlacement(delivery, cause, { unknown: true })),
      became: { state: 'applied', order: orderId },
    };
  });
  return decision?.became?.state ?? null;
}
