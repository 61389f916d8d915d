import type { Connection } from '#lib/connections/connection';
import type { Fulfillment, Order } from '#lib/orders/order';
import { BlockedError } from '#lib/platform/errors';
import { toLocal } from '#lib/platform/time';
import type { ReportInput } from '../action.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { member, textOf } from '../kit/json.ts';
import type { ShippingInformation } from './api.ts';
import { carriers, info } from './manifest.ts';
import { Settings } from './settings.ts';
import { isShipped, PARTIALLY_SHIPPED } from './statuses.ts';

/** "CarrierId": how an order is shipped, which is not always a carrier. There is no 9. */
const CARRIER_IDS: Readonly<Record<string, number>> = {
  UPS: 1,
  USPS: 2,
  'Flat Rate Per Item': 3,
  'Ship By Weight': 4,
  'Ship By Order Total': 5,
  'Flat Rate Per Order': 6,
  'In Store Pick Up': 7,
  FEDEX: 8,
  'Ship by Order Total[Tiered]': 10,
};
const OFFERED: readonly string[] = Object.keys(CARRIER_IDS);

/** "ServiceTypeId" by CarrierId, first and last of each. There is no 12 and no 33; the other carriers have none. */
const SERVICES: Readonly<Record<number, readonly [number, number]>> = {
  1: [1, 11],
  2: [13, 17],
  8: [18, 32],
  10: [34, 36],
};

/** UPS Ground, USPS PriorityMail, FedEx 3 Day Freight: the working choice until `settings.services` says better. */
const DEFAULT_SERVICES: Readonly<Record<number, number>> = { 1: 1, 2: 14, 8: 28 };

/** The CarrierId of a carrier's name, without regard to case. */
function carrierId(word: string): number | undefined {
  const wanted = word.trim().toLowerCase();
  return Object.entries(CARRIER_IDS).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The ServiceTypeId to send: null where the carrier has no services, undefined where a choice is needed or wrong. */
function serviceTypeId(carrier: number, chosen: number | undefined): number | null | undefined {
  const services = SERVICES[carrier];
  if (!services) return chosen === undefined ? null : undefined;
  const id = chosen ?? DEFAULT_SERVICES[carrier];
  return id !== undefined && id >= services[0] && id <= services[1] ? id : undefined;
}

/**
 * The body of shippinginformation. Throws BlockedError for a carrier or service that is not in the document's tables.
 */
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
