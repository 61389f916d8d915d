import { channelOf } from '#lib/connections/connection';
import type { Subjects } from '#lib/deliveries/delivery';
import { openDelivery } from '#lib/deliveries/ledger';
import { tellHeldBack } from '#lib/explanation/held-back';
import type { PlaceInput } from '#lib/marketplaces/action';
import { shippedOf } from '#lib/orders/holders';
import { minus } from '#lib/orders/line-quantities';
import type { LineQuantity, Order } from '#lib/orders/order';
import { isReleased, paymentOf } from '#lib/orders/release';
import { dueOf, holdBack, lessOf, numberOf, placementOf, takeBack } from '#lib/orders/units';
import { BlockedError, StoppedError } from '#lib/platform/errors';
import { type Job, type RemoteWork, tellPushed } from './attempt.ts';
import { noteStocked, readSold } from './pushed-order.ts';

/** How many deliveries fit into a transaction with an outcome. */
const MOST_TOLD = 90;

/** Places lines of an order with a shipper: as many units as are wanted at the moment of the push. */
export const place: Job<Subjects['place'], PlaceInput> = {
  action: ({ order }) => order,

  async prepare({ lineItems }, work) {
    const { connector, delivery, network, hub, remote } = work;
    const sold = await readSold(work);
    const { source } = sold;
    let { order, unknown } = sold;
    const inputOf = (at: Order) => ({ source, ...askedOf(at, delivery.id, lineItems) });
    const sentOf = (at: Order) => shippedOf(at, delivery.id, inputOf(at).lineItems);
    const isLess = giveBack(order, work) !== order;
    // A probe must look for the order as the earlier attempt asked for it.
    if (isLess || sentOf(order).length > 0)
      unknown &&= (await connector.actions.order?.probe(remote, inputOf(order))) !== null;
    if (isLess && !unknown) order = await giveBackFirst(order, work);
    // What a person routes is reserved with its push; what is sold is reserved when it is ingested.
    if (placementOf(order, delivery.id)?.named) await hub.reserveSold(order, [delivery], network);
    const heldBack = unknown ? null : tellHeldBack(order, network);
    if (heldBack) throw new StoppedError({ code: 'order_unreleased', description: heldBack });
    const whole = inputOf(order);
    // Units that the shipper declined but sent all the same are not asked for anew.
    const input = { ...whole, lineItems: minus(whole.lineItems, unknown ? [] : sentOf(order)) };
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

  async after(result, { input: { order, source, lineItems, number }, probed }, work) {
    const { connection, delivery, network, hub, remote } = work;
    await noteStocked(connection.id, order, lineItems, hub);
    const { remoteId } = result;
    const isFound = probed || result.isFound === true;
    if (isFound) await checkOwn(remoteId, order, work);
    // By this id its events find the order; after a crash before the next write, the probe finds it.
    if (remoteId !== undefined) await hub.rememberRemote(connection.id, remoteId, order.id, delivery.id);
    const at = remote.now().toISOString();
    const placed = {
      ...{ remoteId: remoteId ?? null, number, channel: channelOf(source), at },
      ...(!isFound && { revision: order.revision }),
    };
    // A stock figure that the warehouse told since that attempt lacks these units, and they were taken off it once more.
    const opened = (isFound ? await hub.planSold(order, delivery, network, at) : [])
      .slice(0, MOST_TOLD)
      .map((each) => openDelivery(each, at));
    return { ...tellPushed('order.placed', result, { probed }), placed, ...(opened.length > 0 && { opened }) };
  },
};

/** Refuses an order found under this number when it is another one of ours that was placed under it. */
async function checkOwn(
  remoteId = '',
  { id, number }: Order,
  { connection, connector, hub }: RemoteWork,
): Promise<void> {
  const other = remoteId === '' ? undefined : await hub.findByRemoteId(connection.id, remoteId);
  if (other === undefined || other === id) return;
  const { title } = connector.info;
  const description = `${title} has ${other} under number ${number}, which is this order's too: place it there by hand, and close this with its id`;
  throw new BlockedError({ code: 'number_taken', description }, 'operator');
}

/** What a placement asks its shipper for at this moment; `planned` where its units were not kept. */
export function askedOf(order: Order, delivery: string, planned: LineQuantity[]): Omit<PlaceInput, 'source'> {
  const { lineItems, n = 1, isOld } = placementOf(order, delivery) ?? { isOld: true };
  return { order, lineItems: lineItems ?? planned, number: numberOf(order, n), nth: isOld ? null : n };
}

/** The order without units that are no longer wanted, or without all of a placement that may not ship by now. */
function giveBack(order: Order, { delivery: { id }, network }: Pick<RemoteWork, 'delivery' | 'network'>): Order {
  if (order.cancelled || isReleased(order, network))
    return takeBack(order, id, lessOf(dueOf(order, id), id), { unasked: true });
  return holdBack(order, id);
}

/** Takes units back on the order before the push: after a crash in between, nothing unwanted is placed. */
async function giveBackFirst({ id }: Order, work: RemoteWork): Promise<Order> {
  const { delivery, network, hub } = work;
  const { order } = await hub.changeOrder(id, (now) => (now ? { order: giveBack(now, work) } : null), {
    ...{ by: delivery.connection, origin: delivery.id, network },
  });
  if (!order) throw nothingLeft();
  await hub.reserveSold(order, [delivery], network);
  return order;
}

export const nothingLeft = (): StoppedError =>
  new StoppedError({ code: 'order_cancelled', description: 'nothing of it was wanted any more before it was placed' });
