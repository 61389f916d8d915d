import { channelOf } from '#lib/connections/connection';
import type { Subjects } from '#lib/deliveries/delivery';
import type { PlaceInput } from '#lib/marketplaces/action';
import type { LineQuantity, Order } from '#lib/orders/order';
import { paymentOf } from '#lib/orders/release';
import { dueOf, lessOf, numberOf, placementOf, takeBack } from '#lib/orders/units';
import { BlockedError, StoppedError } from '#lib/platform/errors';
import type { Job, RemoteWork } from './attempt.ts';
import { readSold, tellPushed } from './sold.ts';
import { noteStocked } from './success.ts';

/** Places lines of an order with whoever ships them: as many as are wanted at the moment of the push. */
export const place: Job<Subjects['place'], PlaceInput> = {
  action: ({ order }) => order,

  async prepare({ lineItems }, work) {
    const { connector, delivery, remote } = work;
    const sold = await readSold(work);
    const { source } = sold;
    let { order, unknown } = sold;
    const inputOf = (at: Order) => ({ source, ...placedBy(at, delivery.id, lineItems) });
    if (lessOf(dueOf(order, delivery.id), delivery.id).length > 0) {
      unknown &&= (await connector.actions.order?.probe(remote, inputOf(order))) !== null;
      if (!unknown) order = await giveBack(order, work);
    }
    const input = inputOf(order);
    if (input.lineItems.length === 0 || (input.nth === null && order.cancelled)) throw nothingLeft();
    if (paymentOf(order).state === 'on_delivery' && !connector.collectsCash)
      throw new BlockedError(
        {
          code: 'cod_unsupported',
          description: `${connector.info.title} cannot collect cash on delivery: have it shipped by somebody who can`,
        },
        'operator',
      );
    return { input, unknown };
  },

  async after(result, { input: { order, source, lineItems, number }, probed }, { connection, hub, remote }) {
    await noteStocked(connection.id, order, lineItems, hub);
    const { remoteId } = result;
    // By this id its events find the order; whoever does not come to the next write finds it by the probe.
    if (remoteId !== undefined) await hub.rememberRemote(connection.id, remoteId, order.id);
    const at = remote.now().toISOString();
    const placed = { remoteId: remoteId ?? null, number, channel: channelOf(source), at };
    return { ...tellPushed('order.placed', result, { probed }), placed };
  },
};

/** What a placement is of an order at this moment; `planned` where its units were not kept. */
export function placedBy(order: Order, delivery: string, planned: LineQuantity[]): Omit<PlaceInput, 'source'> {
  const { lineItems, n = 1 } = placementOf(order, delivery) ?? {};
  return { order, lineItems: lineItems ?? planned, number: numberOf(order, n), nth: lineItems ? n : null };
}

/** Units that are wanted no longer are not asked for: the order knows it before the push, whoever crashes then. */
async function giveBack({ id }: Order, { delivery, network, hub }: RemoteWork): Promise<Order> {
  const { order } = await hub.changeOrder(
    id,
    (now) => (now ? { order: takeBack(now, delivery.id, lessOf(dueOf(now, delivery.id), delivery.id), true) } : null),
    { by: delivery.connection, origin: delivery.id, network },
  );
  if (!order) throw nothingLeft();
  return order;
}

export const nothingLeft = (): StoppedError =>
  new StoppedError({ code: 'order_cancelled', description: 'nothing of it was wanted any more before it was placed' });
