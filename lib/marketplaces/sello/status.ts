import { BlockedError } from '#lib/errors';
import type { Order } from '#lib/orders/order';
import { homesOf } from '#lib/orders/parts';
import { sumByLine } from '#lib/orders/quantities';
import type { FollowUp, PushAction, PushContext } from '../contract.ts';
import { getOrderStatus, listStatuses, setStatus } from './client.ts';
import { Settings } from './settings.ts';

/**
 * Sello passes tracking on to the marketplace when an order gets a status that is delivered: with its last parcel, and
 * again for each parcel that comes after it. Separated rows are an order of their own.
 */
export function followUps(order: Order): FollowUp[] {
  const { fulfillments, ucp, cancelled } = order;
  if (cancelled) return [];
  const homes = homesOf(order);
  const shipped = sumByLine(fulfillments.flatMap(({ lineItems }) => lineItems));
  const wanted = ucp.line_items.filter(({ quantity }) => quantity.total > 0);
  const byHome = Map.groupBy(wanted, ({ id }) => homes.get(id) ?? order.externalId);
  return [...byHome].flatMap(([home, lines]): FollowUp[] => {
    if (!lines.every(({ id, quantity }) => (shipped.get(id) ?? 0) >= quantity.total)) return [];
    const parcels = fulfillments.filter(({ lineItems }) => lineItems.some((item) => homes.get(item.id) === home));
    const about = [home, ...parcels.map(({ id }) => id).sort()].join(' ');
    return [{ action: 'status', about, afterReports: true }];
  });
}

export const status: PushAction = {
  async push(context) {
    await setStatus(context, homeOf(context), await findDelivered(context));
    return {};
  },

  async probe(context) {
    const { status_id, is_delivered } = await getOrderStatus(context, homeOf(context));
    if (!is_delivered || status_id !== (await findDelivered(context))) return null;
    return { note: 'has the delivered status at Sello' };
  },
};

const homeOf = ({ about, order }: PushContext): string => about?.split(' ')[0] ?? order.externalId;

/** The account's own status that means delivered; several or none is a person's choice. */
async function findDelivered(context: PushContext): Promise<string> {
  const { deliveredStatusId } = Settings.parse(context.connection.settings);
  if (deliveredStatusId !== undefined) return deliveredStatusId;
  const delivered = (await listStatuses(context)).filter((each) => each.is_delivered || each.delivered);
  const [only, ...others] = delivered;
  if (only && others.length === 0) return only.id;
  const named = delivered.map(({ id, title }) => `${id}${title === undefined ? '' : ` ${title}`}`).join(', ');
  const which = only ? `several statuses at Sello mean delivered (${named})` : 'no status at Sello means delivered';
  const description = `${which}: set settings.deliveredStatusId of ${context.connection.id} to the id of the one to give a shipped order`;
  throw new BlockedError({ code: 'delivered_status_unclear', description }, 'connection');
}
