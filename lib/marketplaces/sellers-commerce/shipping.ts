import type { Connection } from '#lib/connections/connection';
import type { Fulfillment, Order } from '#lib/orders/order';
import { BlockedError } from '#lib/platform/errors';
import { toLocal } from '#lib/platform/time';
import type { ReportInput } from '../action.ts';
import { member, textOf } from '../kit/json.ts';
import { parcelCarrier } from '../kit/parcel.ts';
import { carrierId, carriers, OFFERED, serviceTypeId } from './carriers.ts';
import type { ShippingInformation } from './client.ts';
import { info } from './info.ts';
import { Settings } from './settings.ts';
import { isShipped, PARTIALLY_SHIPPED } from './statuses.ts';

/** The body of shippinginformation. Throws BlockedError for a carrier or service that is not in the document's tables. */
export function shippingOf(connection: Connection, { order, fulfillment }: ReportInput): ShippingInformation {
  const { services, timeZone } = Settings.parse(connection.settings);
  const { trackingNumber, shippedAt, carrierCode } = fulfillment;
  const word = parcelCarrier(connection, fulfillment, { title: info.title, table: carriers, offered: OFFERED });
  const CarrierId = carrierId(word);
  if (CarrierId === undefined)
    throw blocked(
      'carrier_unmapped',
      `"${word}" is none of ${OFFERED.join(', ')}: correct settings.carriers of ${connection.id}`,
    );
  const chosen = Object.entries(services);
  const choice = (name: string | null) => chosen.find(([key]) => key.toLowerCase() === name?.toLowerCase())?.[1];
  const service = serviceTypeId(CarrierId, choice(carrierCode) ?? choice(word));
  if (service === undefined)
    throw blocked(
      'service_unmapped',
      `no ServiceTypeId of ${word} is chosen: add "${carrierCode}": <one of its table> to settings.services of ${connection.id}`,
    );
  return {
    OrderNumber: order.externalId,
    CarrierId,
    ...(service !== null && { ServiceTypeId: service }),
    TrackingNumber: trackingNumber,
    ShippedDate: toLocal(shippedAt, timeZone),
    Items: itemsOf(order, fulfillment),
  };
}

const blocked = (code: string, description: string) => new BlockedError({ code, description }, 'connection');

/** One entry a SKU: what happens to one that is sent twice is not documented. */
function itemsOf({ id: orderId, ucp }: Order, { lineItems }: Fulfillment): ShippingInformation['Items'] {
  const quantities = new Map<string, number>();
  for (const { id, quantity } of lineItems) {
    const line = ucp.line_items.find((candidate) => candidate.id === id);
    if (!line) throw new Error(`line item ${id} is not in order ${orderId}`);
    quantities.set(line.item.id, (quantities.get(line.item.id) ?? 0) + quantity);
  }
  return [...quantities].map(([SkuCode, Quantity]) => ({ SkuCode, Quantity }));
}

/**
 * Whether the store knows of the parcel: it shows the tracking number somewhere, or it shows no parcels at all and its
 * status can only come from this one. `parcels`: how many the hub knows of.
 */
export function isReported(order: unknown, trackingNumber: string, parcels: number): boolean {
  if (mentions(order, trackingNumber)) return true;
  if ((member(order, 'ShippingInformation') ?? null) !== null) return false;
  const status = Number(textOf(member(order, 'OrderStatusId')));
  return isShipped(status) || (status === PARTIALLY_SHIPPED && parcels === 1);
}

function mentions(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return textOf(value) === text;
  return Object.values(value).some((each) => mentions(each, text));
}
