import type { Connection } from '#lib/connections/connection';
import type { LineQuantity, Order } from '#lib/orders/order';
import { BlockedError } from '#lib/platform/errors';
import { toLocal } from '#lib/platform/time';
import type { ReportInput } from '../action.ts';
import { sum } from '../kit/amounts.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { itemsIn } from '../kit/items.ts';
import { member, textOf } from '../kit/json.ts';
import { isNothing } from '../kit/shape.ts';
import type { Pieces, ShippingInformation } from './api.ts';
import { carriers, info } from './manifest.ts';
import { Settings } from './settings.ts';
import { isShipped, PARTIALLY_SHIPPED, statusIn } from './statuses.ts';
import { CARRIERS, idIn, isCarrier, readMethod, serviceTypeId } from './tables.ts';

/**
 * The body of shippinginformation: who shipped the parcel; where the store has no word for them, how the buyer's price
 * was made, which names no other carrier. `sold`: what the order holds, where no more may be told. Throws BlockedError for
 * what is not in the document's tables.
 */
export function shippingOf(
  connection: Connection,
  { order, fulfillment }: ReportInput,
  sold?: readonly Pieces[],
): ShippingInformation {
  const { timeZone = 'UTC' } = Settings.parse(connection.settings);
  const bought = readMethod(order.shippingMethod);
  const CarrierId = carrierOf(connection, fulfillment, bought);
  const service = serviceOf(connection, CarrierId, fulfillment, bought);
  return {
    OrderNumber: order.externalId,
    CarrierId,
    ...(service !== null && { ServiceTypeId: service }),
    TrackingNumber: fulfillment.trackingNumber,
    ShippedDate: toLocal(fulfillment.shippedAt, timeZone),
    Items: itemsOf(order, fulfillment, sold),
  };
}

type Parcel = ReportInput['fulfillment'];
type Bought = ReturnType<typeof readMethod>;

function carrierOf(connection: Connection, parcel: Parcel, bought: Bought): number {
  try {
    const word = parcelCarrier(connection, parcel, { title: info.title, table: carriers });
    const id = idIn(CARRIERS, word);
    if (id !== undefined) return id;
    throw blocked(
      'carrier_unmapped',
      `"${word}" is none of ${Object.values(CARRIERS).join(', ')}: correct settings.carriers of ${connection.id}`,
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
 * One entry a SKU: what happens to one that is sent twice is not documented. Where the buyer took pieces back after they
 * were packed, no more than are left of those sold, unless nothing is.
 */
function itemsOf(order: Order, parcel: Parcel, sold?: readonly Pieces[]): Pieces[] {
  const packed = perSku(piecesOf(order, parcel.lineItems));
  if (!sold) return packed;
  const place = order.fulfillments.findIndex(({ id }) => id === parcel.id);
  const earlier = order.fulfillments.slice(0, Math.max(0, place)).flatMap(({ lineItems }) => lineItems);
  const all = perSku([...sold, ...piecesOf(order, earlier, -1)]);
  const toShip = new Map(all.map((each) => [each.SkuCode, each.Quantity]));
  const left = packed.map((each) => ({ ...each, Quantity: Math.min(each.Quantity, toShip.get(each.SkuCode) ?? 0) }));
  const some = left.filter(({ Quantity }) => Quantity > 0);
  return some.length > 0 ? some : packed;
}

const piecesOf = (order: Order, lines: readonly LineQuantity[], sign = 1): Pieces[] =>
  itemsIn(order, lines).map(([{ id: SkuCode }, quantity]) => ({ SkuCode, Quantity: sign * quantity }));

const perSku = (pieces: readonly Pieces[]): Pieces[] =>
  [...Map.groupBy(pieces, ({ SkuCode }) => SkuCode)].map(([SkuCode, all]) => ({
    SkuCode,
    Quantity: sum(all.map(({ Quantity }) => Quantity)),
  }));

/**
 * Whether the store knows of the parcel: it shows the tracking number somewhere, or it shows no parcels at all and its
 * status can only come from this one. `parcels`: how many the hub knows of.
 */
export function isReported(order: unknown, trackingNumber: string, parcels: number): boolean {
  if (mentions(order, trackingNumber)) return true;
  if (!isNothing(member(order, 'ShippingInformation'))) return false;
  const status = statusIn(order);
  return isShipped(status) || (status === PARTIALLY_SHIPPED && parcels === 1);
}

function mentions(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return textOf(value) === text;
  return Object.values(value).some((each) => mentions(each, text));
}
