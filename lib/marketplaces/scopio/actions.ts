import { BlockedError } from '#lib/errors';
import { carrierWord } from '../carriers.ts';
import type { PollContext, PollPage, PushAction, PushContext } from '../contract.ts';
import { member, textOf } from '../shape.ts';
import { carriers } from './carriers.ts';
import { fulfillOrder, listOrders } from './client.ts';

/** One page: no paging is documented, the list is short because it holds only what nobody has fulfilled. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const orders = await listOrders(context);
  yield { items: orders.map((body) => ({ topic: 'order', body })), resume: null };
}

export const fulfillment: PushAction = {
  async push(context) {
    const { trackingNumber, labelUrl } = parcelOf(context);
    const label = labelUrl === undefined ? {} : { label_url: labelUrl };
    const carrier = findCarrier(context);
    await fulfillOrder(context, context.order.externalId, { tracking_number: trackingNumber, carrier, ...label });
    return {};
  },

  /** An order cannot be read by its id; the list no longer holds one that is fulfilled. */
  async probe(context) {
    const orders = await listOrders(context);
    const listed = orders.some((order) => textOf(member(order, 'id')) === context.order.externalId);
    if (listed) return null;
    return { note: 'no longer among the orders Scopio lists as newly paid: taken as fulfilled' };
  },
};

function findCarrier(context: PushContext): string {
  const { carrier, carrierCode } = parcelOf(context);
  const word = carrierCode === null ? null : carrierWord(carriers, carrierCode, context.connection.settings.carriers);
  if (word !== null) return word;
  const { by } = parcelOf(context);
  const description =
    carrierCode === null
      ? `nobody said which carrier "${carrier}" of ${by} is: add "${carrier}": "<canonical code>" to settings.carriers of ${by}`
      : `Scopio has no word for carrier ${carrierCode}: add "${carrierCode}": "<one of ${Object.values(carriers).join(', ')}>" to settings.carriers of ${context.connection.id}`;
  throw new BlockedError({ code: 'carrier_unmapped', description }, 'connection');
}

function parcelOf({ fulfillment }: PushContext) {
  if (!fulfillment) throw new Error('a fulfillment is pushed without its parcel');
  return fulfillment;
}
