import { RejectedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { fulfillmentAdded, type ShipmentResult } from './apply-shipment.ts';
import { sameContent } from './canonical-json.ts';
import { derive, unfulfilled } from './derive.ts';
import type { Fulfillment, LineQuantity, Order } from './order.ts';
import { sortParcels } from './parcels.ts';
import { mergeLines, sumByLine } from './quantities.ts';

/** A parcel the seller's own ERP shipped. Without lines it holds everything that is left. */
export interface PostedFulfillment {
  lineItems?: readonly LineQuantity[] | undefined;
  /** Canonical carrier code. */
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string | undefined;
  labelUrl?: string | undefined;
  /** An instant; the time of receipt when absent. */
  shippedAt?: string | undefined;
}

/**
 * Adds a parcel the ERP posted; the same carrier, tracking number and lines twice is one parcel (`changed` false).
 * Throws RejectedError naming the line: `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`.
 */
export function applyFulfillment(
  order: Order,
  posted: PostedFulfillment,
  source: { by: 'erp'; receivedAt: string },
): ShipmentResult & { fulfillment: Fulfillment } {
  const known = findPosted(order, posted, source.by);
  if (known) return { order, added: [], timeline: [], changed: false, fulfillment: known };
  const { trackingUrl, labelUrl } = posted;
  const fulfillment: Fulfillment = {
    id: postedId(order, posted, source.by),
    by: source.by,
    carrier: posted.carrier.trim(),
    trackingNumber: posted.trackingNumber.trim(),
    ...(trackingUrl && { trackingUrl }),
    ...(labelUrl && { labelUrl }),
    lineItems: takeLines(order, posted.lineItems),
    shippedAt: posted.shippedAt ?? source.receivedAt,
  };
  const fulfillments = sortParcels([...order.fulfillments, fulfillment]);
  return {
    order: derive({ ...order, fulfillments, updatedAt: source.receivedAt }),
    added: [fulfillment],
    timeline: [fulfillmentAdded(fulfillment, source.receivedAt)],
    changed: true,
    fulfillment,
  };
}

/** A parcel posted without lines keeps its id though what it held depended on the moment. */
function postedId(order: Order, { carrier, trackingNumber, lineItems }: PostedFulfillment, by: string): string {
  const lines = lineItems ? JSON.stringify(linesKey(lineItems)) : 'rest';
  return `ful_${shortHash(order.id, by, carrier.trim().toLowerCase(), trackingNumber.trim(), lines)}`;
}

const linesKey = (lines: readonly LineQuantity[]) => Object.fromEntries(sumByLine(lines));

function findPosted(order: Order, posted: PostedFulfillment, by: string): Fulfillment | undefined {
  const id = postedId(order, posted, by);
  const { lineItems } = posted;
  const alike = order.fulfillments.filter(
    (parcel) =>
      parcel.by === by &&
      parcel.carrier.toLowerCase() === posted.carrier.trim().toLowerCase() &&
      parcel.trackingNumber === posted.trackingNumber.trim(),
  );
  const same = alike.find((parcel) => parcel.id === id);
  if (same) return same;
  if (lineItems) return alike.find((parcel) => sameContent(linesKey(parcel.lineItems), linesKey(lineItems)));
  return unfulfilled(order).length === 0 ? alike.at(0) : undefined;
}

function takeLines(order: Order, asked: readonly LineQuantity[] | undefined): LineQuantity[] {
  const left = sumByLine(unfulfilled(order));
  if (left.size === 0 && !asked?.length)
    throw rejected('quantity_exceeded', 'nothing is left to be shipped', 'lineItems');
  if (!asked) return unfulfilled(order);
  if (asked.length === 0) throw rejected('invalid_quantity', 'a parcel holds at least one line item', 'lineItems');
  for (const [index, { id, quantity }] of asked.entries()) {
    const at = `lineItems[${index}]`;
    if (!order.ucp.line_items.some((line) => line.id === id))
      throw rejected('unknown_line_item', 'the order has no such line item', `${at}.id`);
    if (!Number.isSafeInteger(quantity) || quantity < 1)
      throw rejected('invalid_quantity', 'must be a whole number of at least 1', `${at}.quantity`);
    const available = left.get(id) ?? 0;
    if (quantity > available)
      throw rejected('quantity_exceeded', `${available} of it are left to be shipped`, `${at}.quantity`);
    left.set(id, available - quantity);
  }
  return mergeLines(asked);
}

const rejected = (code: string, problem: string, field: string): RejectedError =>
  new RejectedError({ code, description: `${field}: ${problem}`, field });
