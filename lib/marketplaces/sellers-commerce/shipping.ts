import type { Connection } from '#lib/connections/connection';
import type { Fulfillment, LineQuantity, Order } from '#lib/orders/order';
import { BlockedError } from '#lib/platform/errors';
import { toLocal } from '#lib/platform/time';
import type { ReportInput } from '../action.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { itemsIn } from '../kit/items.ts';
import { member, textOf } from '../kit/json.ts';
import type { Pieces, ShippingInformation } from './api.ts';
import { carriers, info } from './manifest.ts';
import { Settings } from './settings.ts';
import { isShipped, PARTIALLY_SHIPPED } from './statuses.ts';
import { CARRIERS, idIn, isCarrier, readMethod, serviceTypeId } from './tables.ts';

const OFFERED: readonly string[] = Object.values(CARRIERS);

/**
 * The body of shippinginformation: who shipped the parcel; where the store has no word for them, how the buyer's price
 * was made, which names no other carrier. `sold`: what the store has the order hold, where that is known better than by the
 * hub's order. Throws BlockedError for what is not in the document's tables.
 */
export function shippingOf(
  connection: Connection,
  { order, fulfillment }: ReportInput,
  sold: readonly Pieces[] = soldIn(order),
): ShippingInformation {
  const { timeZone = 'UTC' } = Settings.parse(connection.settings);
  const { trackingNumber, shippedAt } = fulfillment;
  const bought = readMethod(order.shippingMethod);
  const CarrierId = carrierOf(connection, fulfillment, bought);
  const service = serviceOf(connection, CarrierId, fulfillment, bought);
  return {
    OrderNumber: order.externalId,
    CarrierId,
    ...(service !== null && { ServiceTypeId: service }),
    TrackingNumber: trackingNumber,
    ShippedDate: toLocal(shippedAt, timeZone),
    Items: itemsOf(order, fulfillment, perSku(sold)),
  };
}

type Parcel = ReportInput['fulfillment'];
type Bought = ReturnType<typeof readMethod>;

function carrierOf(connection: Connection, parcel: Parcel, bought: Bought): number {
  try {
    const word = parcelCarrier(connection, parcel, { title: info.title, table: carriers, offered: OFFERED });
    const id = idIn(CARRIERS, word);
    if (id !== undefined) return id;
    throw blocked(
      'carrier_unmapped',
      `"${word}" is none of ${OFFERED.join(', ')}: correct settings.carriers of ${connection.id}`,
    );
  } catch (error) {
    if (bought && !isCarrier(bought.carrier) && parcel.carrierCode !== null) return bought.carrier;
    throw error;
  }
}

/** The seller's choice, else the buyer's where it is of the carrier that shipped, else the usual one. */
function serviceOf(connection: Connection, carrier: number, { carrierCode }: Parcel, bought: Bought): number | null {
  const { services } = Settings.parse(connection.settings);
  const choice = (name: string | null | undefined) =>
    Object.entries(services).find(([key]) => key.toLowerCase() === name?.toLowerCase())?.[1];
  const buyers = bought?.carrier === carrier ? (bought.service ?? undefined) : undefined;
  const service = serviceTypeId(carrier, choice(carrierCode) ?? choice(CARRIERS[carrier]) ?? buyers);
  if (service !== undefined) return service;
  throw blocked(
    'service_unmapped',
    `no ServiceTypeId of ${CARRIERS[carrier]} is chosen: add "${carrierCode}": <one of its table> to settings.services of ${connection.id}`,
  );
}

const blocked = (code: string, description: string) => new BlockedError({ code, description }, 'connection');

/**
 * One entry a SKU, as what happens to one that is sent twice is not documented. A buyer may have taken a piece back after
 * it was packed, and "Shipment quantity is more than quantity to be shipped" (26) would refuse the whole parcel: of each
 * SKU no more is told than the store still has to ship, unless nothing would be left.
 */
function itemsOf(order: Order, parcel: Fulfillment, sold: Map<string, number>): Pieces[] {
  const place = order.fulfillments.findIndex(({ id }) => id === parcel.id);
  const earlier = order.fulfillments.filter((_, index) => index < place).flatMap(({ lineItems }) => lineItems);
  const [packed, told] = [parcel.lineItems, earlier].map((lines) => perSku(piecesOf(order, lines)));
  const all = [...(packed ?? [])].map(([SkuCode, Quantity]) => ({ SkuCode, Quantity }));
  const left = all.flatMap(({ SkuCode, Quantity }) => {
    const toShip = Math.min(Quantity, (sold.get(SkuCode) ?? 0) - (told?.get(SkuCode) ?? 0));
    return toShip > 0 ? [{ SkuCode, Quantity: toShip }] : [];
  });
  return left.length > 0 ? left : all;
}

const soldIn = (order: Order): Pieces[] =>
  piecesOf(
    order,
    order.ucp.line_items.map(({ id, quantity }) => ({ id, quantity: quantity.total })),
  );

const piecesOf = (order: Order, lines: readonly LineQuantity[]): Pieces[] =>
  itemsIn(order, lines).map(([{ id: SkuCode }, Quantity]) => ({ SkuCode, Quantity }));

function perSku(pieces: readonly Pieces[]): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { SkuCode, Quantity } of pieces) quantities.set(SkuCode, (quantities.get(SkuCode) ?? 0) + Quantity);
  return quantities;
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
