import { BlockedError, OUTCOME_UNKNOWN } from '#lib/platform/errors';
import type { ProbedAction, ReportInput } from '../action.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { isObject, textOf } from '../kit/json.ts';
import { fulfillOrder, listOrders } from './api.ts';
import { carriers, info } from './manifest.ts';
import { findOrder } from './map.ts';

export const fulfillment: ProbedAction<ReportInput> = {
  probeInfers: true,

  async push(remote, { order, fulfillment: parcel }) {
    const { trackingNumber, labelUrl } = parcel;
    const label = labelUrl === undefined ? {} : { label_url: labelUrl };
    const carrier = parcelCarrier(remote.connection, parcel, { title: info.title, table: carriers });
    await fulfillOrder(remote, order.externalId, { tracking_number: trackingNumber, carrier, ...label });
    return {};
  },

  /** Scopio cannot read an order by its id. Its list has an order until it is fulfilled, by whichever parcel. */
  async probe(remote, input) {
    const { orders, hasMore } = await listOrders(remote);
    if (orders.some((order) => isNamed(findOrder(order).order, input.order.externalId))) return null;
    if (hasMore) throw undecided(input, 'shows only a part of its orders');
    if (input.anotherReported)
      throw undecided(input, `lists order ${input.order.number} no more, as another parcel of it was reported,`);
    return { note: 'no longer among the orders Scopio lists as newly paid: taken as fulfilled' };
  },
};

/** Whether any member names the order: this one is not mapped. */
const isNamed = (order: unknown, externalId: string): boolean =>
  Object.values(isObject(order) ? order : {}).some((value) => textOf(value) === externalId);

function undecided({ order, fulfillment: { trackingNumber } }: ReportInput, why: string): BlockedError {
  const description = `Scopio ${why} and cannot be asked for parcel ${trackingNumber} of order ${order.number}: look there, and replay this only if it is missing`;
  return new BlockedError({ code: OUTCOME_UNKNOWN, description }, 'operator');
}
