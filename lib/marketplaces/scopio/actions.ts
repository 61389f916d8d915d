import { BlockedError, OUTCOME_UNKNOWN } from '#lib/platform/errors';
import type { PollContext, PollPage, PushAction, PushContext } from '../contract.ts';
import { parcelCarrier, parcelOf } from '../kit/parcel.ts';
import { member, textOf } from '../kit/shape.ts';
import { carriers } from './carriers.ts';
import { fulfillOrder, listOrders } from './client.ts';
import { info } from './info.ts';

/** One page: no paging is documented, the list is short because it holds only what nobody has fulfilled. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const orders = await listOrders(context);
  yield { items: orders.map((body) => ({ topic: 'order', body })), resume: null };
}

export const fulfillment: PushAction = {
  probeInfers: true,

  async push(context) {
    const { trackingNumber, labelUrl } = parcelOf(context);
    const label = labelUrl === undefined ? {} : { label_url: labelUrl };
    const carrier = parcelCarrier(context, { title: info.title, table: carriers });
    await fulfillOrder(context, context.order.externalId, { tracking_number: trackingNumber, carrier, ...label });
    return {};
  },

  /** An order cannot be read by its id; the list no longer holds one that is fulfilled, by whichever parcel. */
  async probe(context) {
    const orders = await listOrders(context);
    const listed = orders.some((order) => textOf(member(order, 'id')) === context.order.externalId);
    if (listed) return null;
    if (context.anotherReported) throw undecided(context);
    return { note: 'no longer among the orders Scopio lists as newly paid: taken as fulfilled' };
  },
};

function undecided(context: PushContext): BlockedError {
  const { trackingNumber } = parcelOf(context);
  const description = `Scopio lists order ${context.order.number} no more, as another parcel of it was reported, and cannot be asked for parcel ${trackingNumber}: look there, and replay this only if it is missing`;
  return new BlockedError({ code: OUTCOME_UNKNOWN, description }, 'operator');
}
