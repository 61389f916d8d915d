import type { Delivery, Placed } from '#lib/deliveries/delivery';
import { getDeliveries, replaceDelivery, touched } from '#lib/deliveries/ledger';
import { lastOf } from '#lib/platform/canonical-json';
import * as items from '#lib/platform/table/items';
import { across, idOf, walkIndex } from '#lib/platform/table/sharded-index';
import { db, type Write } from '#lib/platform/table/table';
import { sumByLine } from './line-quantities.ts';
import type { Order } from './order.ts';
import type { PlacementFacts } from './order-schema.ts';
import { getOrder } from './store.ts';
import { numberOf } from './units.ts';

/** An order placed with a shipper and not finished there. */
export interface OpenPlacement {
  orderId: string;
  remoteId: string | null;
  number: string;
  channel: string;
  placedAt: string;
}

type PlacedDelivery = Delivery & { placed: Placed };

/** The deliveries that place an order with a connection, whatever their state. */
export async function getPlacing(order: Order, connection: string, table = db): Promise<Delivery[]> {
  const ids = order.placements.filter((each) => each.connection === connection).map(({ delivery }) => delivery);
  return (await getDeliveries(ids, table)).filter(({ action }) => action === 'order');
}

/** Who was asked to ship what, as the API shows it, from the placing deliveries. */
export function shownPlacements(order: Order, deliveries: readonly Delivery[]): PlacementFacts[] {
  const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  return order.placements.flatMap(({ delivery: id, connection, n, lineItems }): PlacementFacts[] => {
    const delivery = byId.get(id);
    if (delivery?.action !== 'order') return [];
    const units = lineItems ?? delivery.subject.lineItems ?? [];
    const { remoteId = null, number = numberOf(order, n), refund = null } = delivery.placed ?? {};
    const state = units.length === 0 ? 'cancelled' : STATES[delivery.state];
    return [{ connection, delivery: id, state, remoteId, number, lineItems: units, refund }];
  });
}

const STATES = {
  pending: 'pending',
  leased: 'pending',
  succeeded: 'placed',
  blocked: 'blocked',
  dead: 'dead',
} as const;

/** Units that are with a shipper who was asked for them, by line. */
export const placedUnits = (placements: readonly PlacementFacts[]): Map<string, number> =>
  sumByLine(placements.filter(({ state }) => state === 'placed').flatMap(({ lineItems }) => lineItems));

const isPlaced = (delivery: Delivery): delivery is PlacedDelivery =>
  delivery.state === 'succeeded' && delivery.placed !== undefined;

/** Ends these placements for the poller: nothing more will happen to them. */
export const settlePlacements = (placing: readonly Delivery[]) =>
  placing
    .filter(isPlaced)
    .filter(({ placed }) => !placed.isSettled)
    .map((delivery) =>
      replaceDelivery(delivery, touched({ ...delivery, placed: { ...delivery.placed, isSettled: true } })),
    );

/**
 * Has a placement wait for a person, settled: a late message about it must not block the replay that places it anew.
 */
export const blockPlacement = (
  delivery: Delivery,
  cause: NonNullable<Delivery['cause']>,
  { unknown = delivery.unknown } = {},
): Write =>
  replaceDelivery(delivery, {
    ...{ ...delivery, state: 'blocked', cause, waitsFor: 'operator', unknown },
    ...{ nextAttemptAt: null, lease: null, updatedAt: new Date().toISOString() },
    ...(delivery.placed && { placed: { ...delivery.placed, isSettled: true } }),
  });

const PAGE = 50;

/** Placements that are not finished, oldest first, after those of this order. */
export async function* listOpenPlacements(
  connection: string,
  afterOrder: string | null,
): AsyncGenerator<OpenPlacement> {
  const last = afterOrder === null ? undefined : await getOrder(afterOrder);
  const passed = last ? await getPlacing(last, connection) : [];
  const after = lastOf(
    passed.filter(isPlaced).map(({ id, placed }) => items.delivery.placed.sort({ placedAt: placed.at, id })),
  );
  for await (const rows of walkIndex({ ...across(items.delivery.placed, [connection]), limit: PAGE, after })) {
    const found = await getDeliveries(rows.map(idOf));
    for (const { order, placed } of found.filter(isPlaced)) {
      const { remoteId, number, channel, at } = placed;
      yield { orderId: order ?? '', remoteId, number, channel, placedAt: at };
    }
  }
}
