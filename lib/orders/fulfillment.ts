import { ERP } from '#lib/connections/connection';
import { orNotFound, StateError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { sum } from '#lib/platform/sum';
import type { Write } from '#lib/platform/table/table';
import { changeOrder } from './change.ts';
import { derive } from './derive.ts';
import { withoutPages } from './erasure.ts';
import { holdersOf } from './holders.ts';
import { hasUnits, sameUnits, sumByLine } from './line-quantities.ts';
import type { Fulfillment, LineQuantity, Order } from './order.ts';
import type { Network } from './planning.ts';
import { sortParcels, tellParcel } from './shipment.ts';
import { unfulfilled } from './status.ts';
import { takeLines } from './take-lines.ts';

/** A parcel the seller's own ERP shipped. Without lines it holds everything that the seller has left to ship. */
export interface PostedFulfillment {
  lineItems?: readonly LineQuantity[] | undefined;
  /** Canonical carrier code. */
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string | undefined;
  labelUrl?: string | undefined;
  /** An instant; the time of receipt if absent. */
  shippedAt?: string | undefined;
}

/** The answer to a repeated request, and the writes that keep an answer for repetitions. */
export interface Once<Answer> {
  find(): Promise<Answer | undefined>;
  remember(answer: Answer): Write[];
}

/** What the API answers, kept for when the request is repeated. 201: added; 200: the order had it already. */
export interface PostedAnswer {
  status: 200 | 201;
  fulfillment: Fulfillment;
}

/**
 * Adds a parcel the ERP posted, once however often it is posted. Throws NotFoundError, StateError `order_cancelled` and
 * what `applyFulfillment` throws.
 */
export async function postFulfillment(
  orderId: string,
  posted: PostedFulfillment,
  once: Once<PostedAnswer>,
  network: Network,
): Promise<PostedAnswer> {
  const at = new Date().toISOString();
  const { decision } = await changeOrder(
    orderId,
    async (before) => {
      const answered = await once.find();
      if (answered) return { order: before, answer: asOnOrder(answered, before) };
      const { order, fulfillment } = applyFulfillment(fulfillable(before), posted, at);
      const isNew = order !== before;
      const answer: PostedAnswer = { status: isNew ? 201 : 200, fulfillment };
      // An erasure reaches the order but not the answers kept for a key, so no URL is kept in those.
      const also = once.remember({ ...answer, fulfillment: withoutPages(fulfillment) });
      return { order, timeline: isNew ? [tellParcel(fulfillment)] : [], also, answer };
    },
    { by: ERP, at, network },
  );
  return decision.answer;
}

/** A kept answer, with the parcel's URLs for as long as the order has them. */
const asOnOrder = ({ status, fulfillment }: PostedAnswer, order: Order | null): PostedAnswer => ({
  status,
  fulfillment: order?.fulfillments.find(({ id }) => id === fulfillment.id) ?? fulfillment,
});

function fulfillable(found: Order | null): Order {
  const order = orNotFound(found, 'order');
  if (order.cancelled) throw new StateError({ code: 'order_cancelled', description: 'the order is cancelled' });
  return order;
}

/**
 * Adds a parcel the ERP posted. The same carrier, tracking number and lines again are the same parcel, and the result
 * is the very order passed in.
 * Throws RejectedError naming the line: `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`.
 */
export function applyFulfillment(
  order: Order,
  posted: PostedFulfillment,
  receivedAt: string,
): { order: Order; fulfillment: Fulfillment } {
  const known = findPosted(order, posted);
  if (known) return { order, fulfillment: known };
  const { trackingUrl, labelUrl } = order.erased ? {} : posted;
  const fulfillment: Fulfillment = {
    id: postedId(order, posted),
    by: ERP,
    carrier: posted.carrier.trim(),
    trackingNumber: posted.trackingNumber.trim(),
    ...(trackingUrl && { trackingUrl }),
    ...(labelUrl && { labelUrl }),
    lineItems: takeLines(
      order,
      posted.lineItems,
      posted.lineItems ? unfulfilled(order) : leftOf(order),
      'are left to be shipped',
    ),
    shippedAt: posted.shippedAt ?? receivedAt,
  };
  return { order: derive({ ...order, fulfillments: sortParcels([...order.fulfillments, fulfillment]) }), fulfillment };
}

/** What the seller has left to ship; if none of the order is the seller's, all of it, in place of whoever was asked. */
function leftOf(order: Order): LineQuantity[] {
  const left = unfulfilled(order);
  if (!order.own?.some(hasUnits)) return left;
  const asked = ({ id }: LineQuantity) => {
    const others = holdersOf(order, id).holders.filter(({ connection }) => connection !== order.connection);
    return sum(others.map(({ open }) => open));
  };
  return left.map((line) => ({ ...line, quantity: line.quantity - asked(line) })).filter(hasUnits);
}

/** A parcel posted without lines keeps its id although its content depended on the moment. */
function postedId(order: Order, { carrier, trackingNumber, lineItems }: PostedFulfillment): string {
  const lines = lineItems ? JSON.stringify(Object.fromEntries(sumByLine(lineItems))) : 'rest';
  return `ful_${shortHash(order.id, ERP, carrier.trim().toLowerCase(), trackingNumber.trim(), lines)}`;
}

function findPosted(order: Order, posted: PostedFulfillment): Fulfillment | undefined {
  const id = postedId(order, posted);
  const { lineItems } = posted;
  const alike = order.fulfillments.filter(
    (parcel) =>
      parcel.by === ERP &&
      parcel.carrier.toLowerCase() === posted.carrier.trim().toLowerCase() &&
      parcel.trackingNumber === posted.trackingNumber.trim(),
  );
  const same = alike.find((parcel) => parcel.id === id);
  if (same) return same;
  if (lineItems) return alike.find((parcel) => sameUnits(parcel.lineItems, lineItems));
  return leftOf(order).length === 0 ? alike.at(0) : undefined;
}
