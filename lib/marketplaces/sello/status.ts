import { BlockedError } from '#lib/errors';
import type { Order } from '#lib/orders/order';
import { sumByLine } from '#lib/orders/quantities';
import type { FollowUp, PushAction, PushContext } from '../contract.ts';
import { getOrderStatus, listStatuses, setStatus } from './client.ts';
import { Settings } from './settings.ts';

/**
 * Sello passes tracking on to the marketplace when an order gets a status that is delivered: with the last parcel, and
 * again for each parcel that comes after it.
 */
export function followUps(order: Order): FollowUp[] {
  const { fulfillments, ucp, cancelled } = order;
  const shipped = sumByLine(fulfillments.flatMap(({ lineItems }) => lineItems));
  const wanted = ucp.line_items.filter(({ quantity }) => quantity.total > 0);
  const all = wanted.length > 0 && wanted.every(({ id, quantity }) => (shipped.get(id) ?? 0) >= quantity.total);
  if (!all || cancelled) return [];
  return [
    {
      action: 'status',
      about: fulfillments
        .map(({ id }) => id)
        .sort()
        .join('\n'),
      afterReports: true,
    },
  ];
}

export const status: PushAction = {
  async push(context) {
    await setStatus(context, context.order.externalId, await findDelivered(context));
    return {};
  },

  async probe(context) {
    const { status_id, is_delivered } = await getOrderStatus(context, context.order.externalId);
    if (!is_delivered || status_id !== (await findDelivered(context))) return null;
    return { note: 'has the delivered status at Sello' };
  },
};

/** The account's own status that means delivered; several or none is a person's choice. */
async function findDelivered(context: PushContext): Promise<string> {
  const { deliveredStatusId } = Settings.parse(context.connection.settings);
  if (deliveredStatusId !== undefined) return deliveredStatusId;
  const delivered = (await listStatuses(context)).filter((each) => each.is_delivered || each.delivered);
  const [only, ...others] = delivered;
  if (only && others.length === 0) return only.id;
  const which = only
    ? `several statuses at Sello mean delivered (${delivered.map(({ id, title }) => `${id} ${title ?? ''}`.trim()).join(', ')})`
    : 'no status at Sello means delivered';
  const description = `${which}: set settings.deliveredStatusId of ${context.connection.id} to the id of the one to give a shipped order`;
  throw new BlockedError({ code: 'delivered_status_unclear', description }, 'connection');
}
