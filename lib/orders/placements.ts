import type { Delivery, Placed } from '#lib/deliveries/delivery';
import { getDeliveries, replaceDelivery } from '#lib/deliveries/ledger';
import * as items from '#lib/platform/table/items';
import { idOf, partitionsOf, walkIndex } from '#lib/platform/table/sharded-index';
import type { Write } from '#lib/platform/table/table';
import type { Order } from './order.ts';
import { getOrder } from './store.ts';

/** An order placed with whoever ships it, still moving. */
export interface OpenPlacement {
  orderId: string;
  remoteId: string | null;
  number: string;
  channel: string;
  placedAt: string;
}

type Placement = Delivery & { placed: Placed };

/** What an order's deliveries have placed with a connection. */
export async function getPlacements(order: Order, connection: string): Promise<Placement[]> {
  const ids = order.placements.filter((each) => each.connection === connection).map(({ delivery }) => delivery);
  return (await getDeliveries(ids)).filter(isPlacement);
}

const isPlacement = (delivery: Delivery): delivery is Placement =>
  delivery.state === 'succeeded' && delivery.placed !== undefined;

/** Nothing more will happen to what an order has placed with a connection: the poller may forget it. */
export async function settlePlacements(order: Order, connection: string): Promise<Write[]> {
  const open = (await getPlacements(order, connection)).filter(({ placed }) => !placed.isSettled);
  return open.map((delivery) =>
    replaceDelivery(delivery, { ...delivery, placed: { ...delivery.placed, isSettled: true } }),
  );
}

const PAGE = 50;

/** Placements that still move, oldest first, after those of this order. */
export async function* listOpenPlacements(
  connection: string,
  afterOrder: string | null,
): AsyncGenerator<OpenPlacement> {
  const last = afterOrder === null ? undefined : await getOrder(afterOrder);
  const passed = last ? await getPlacements(last, connection) : [];
  const after = passed
    .map(({ id, placed }) => items.delivery.placed.sort({ placedAt: placed.at, id }))
    .sort()
    .at(-1);
  const partitions = partitionsOf(items.delivery.placed, { connection });
  for await (const rows of walkIndex({ index: 'byState', partitions, limit: PAGE, after })) {
    const found = await getDeliveries(rows.map(idOf));
    for (const { order, placed } of found.filter(isPlacement)) {
      const { remoteId, number, channel, at } = placed;
      yield { orderId: order ?? '', remoteId, number, channel, placedAt: at };
    }
  }
}
