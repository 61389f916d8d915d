import { buildUcp } from './build-ucp.ts';
import type { Address, LineQuantity, Order, OrderStatus } from './order.ts';
import { joinParts } from './parts.ts';
import { isPast } from './ship-by.ts';

/** What the hub keeps of an order; every other member follows from it. */
export type OrderCore = Pick<
  Order,
  | 'id'
  | 'connection'
  | 'externalId'
  | 'correctedAddress'
  | 'fulfillments'
  | 'shipmentEvents'
  | 'snapshotEvent'
  | 'history'
  | 'parts'
  | 'deliveries'
  | 'routed'
  | 'placements'
  | 'missed'
  | 'receivedAt'
  | 'updatedAt'
  | 'revision'
>;

/** The order its history, parcels and corrections make, whichever of them came first. */
export function derive(core: OrderCore): Order {
  const history = joinParts(core.history, core.parts);
  const { snapshot, paid } = history;
  const { stands } = core.history;
  const shippingAddress = overlay(snapshot.shippingAddress, core.correctedAddress);
  return {
    ...core,
    number: snapshot.number,
    placedAt: snapshot.placedAt,
    paidAt: paid?.at ?? null,
    buyer: snapshot.buyer,
    shippingAddress,
    shippingMethod: snapshot.shippingMethod,
    shipBy: snapshot.shipBy ?? null,
    taxIncluded: snapshot.taxIncluded,
    cancelled: snapshot.cancelled,
    sourceVersion: stands.version,
    snapshotHash: stands.hash,
    ucp: buildUcp({ ...core, history }, shippingAddress),
  };
}

function overlay(address: Address, corrected: Address | null): Address {
  const members = Object.entries({ ...address, ...corrected });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined && value !== ''));
}

/** Derived from the lines that are left: none is cancelled, all shipped is fulfilled. */
export function statusOf({ ucp, cancelled }: Order): OrderStatus {
  const active = ucp.line_items.filter(({ quantity }) => quantity.total > 0);
  if (active.length === 0) return cancelled || ucp.line_items.length > 0 ? 'cancelled' : 'open';
  if (active.every(({ status }) => status === 'fulfilled')) return 'fulfilled';
  return active.some(({ quantity }) => quantity.fulfilled > 0) ? 'partial' : 'open';
}

/** Whether units are left to ship although the time for it has passed. */
export function isLate(order: Order, now = new Date()): boolean {
  const status = statusOf(order);
  return (status === 'open' || status === 'partial') && isPast(order, now);
}

/** The units still to be shipped, by line. */
export function unfulfilled({ ucp }: Order): LineQuantity[] {
  return ucp.line_items
    .map(({ id, quantity }) => ({ id, quantity: quantity.total - quantity.fulfilled }))
    .filter(({ quantity }) => quantity > 0);
}
