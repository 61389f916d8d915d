import type { Order, OrderSnapshot, ShipmentSnapshot, SnapshotLine } from '#lib/orders/order';
import { applySnapshot, type SnapshotSource } from '#lib/orders/snapshot';
import { validateUcpOrder } from '#lib/ucp/validate';

/** A paid order of two mugs and a plate, 120.00 + 30.00 + 20.00 shipping. */
export function snapshotOf(changes: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return {
    externalId: 'ord_8f3a',
    number: 'SC-1001',
    placedAt: '2026-11-20T08:12:00.000Z',
    paidAt: '2026-11-20T08:15:00.000Z',
    version: '2026-11-20T08:15:00.000Z',
    cancelled: false,
    currency: 'PLN',
    taxIncluded: true,
    buyer: { first_name: 'Ana', last_name: 'Torres', email: 'ana@example.com' },
    shippingAddress: {
      first_name: 'Ana',
      last_name: 'Torres',
      street_address: 'Av. Vallarta 1234',
      address_locality: 'Guadalajara',
      postal_code: '44160',
      address_country: 'MX',
      email: 'ana@example.com',
    },
    shippingMethod: 'dhl',
    lines: [MUGS, PLATE],
    amounts: { fulfillment: 2000, tax: 3179, discount: 0, total: 17000 },
    ...changes,
  };
}

export const MUGS: SnapshotLine = {
  id: 'li_1',
  sku: 'MUG-RED',
  ean: '5901234123457',
  title: 'Red mug',
  quantity: 2,
  unitPrice: 6000,
};
export const PLATE: SnapshotLine = { id: 'li_2', sku: 'PLATE', title: 'Plate', quantity: 1, unitPrice: 3000 };

export const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 9, minute)).toISOString();

export const sourceOf = (minute: number, changes: Partial<SnapshotSource> = {}): SnapshotSource => ({
  connection: 'scopio-main',
  event: `evt_${minute}`,
  receivedAt: at(minute),
  ...changes,
});

export const orderOf = (changes: Partial<OrderSnapshot> = {}): Order =>
  applySnapshot(null, snapshotOf(changes), sourceOf(0)).order;

export const shipmentOf = (changes: Partial<ShipmentSnapshot>): ShipmentSnapshot => ({
  orderId: 'scopio-main:ord_8f3a',
  remoteId: '5021',
  number: 'SC-1001',
  channel: 'scopio-main',
  parcels: [],
  events: [],
  settled: false,
  ...changes,
});

/** The order without when and how often it was written. */
export function contentOf(order: Order): Omit<Order, 'revision' | 'receivedAt' | 'updatedAt' | 'snapshotEvent'> {
  const { revision: _1, receivedAt: _2, updatedAt: _3, snapshotEvent: _4, ...content } = order;
  return content;
}

export const ucpErrors = (order: Order) => validateUcpOrder(JSON.parse(JSON.stringify(order.ucp)));

export const quantitiesOf = (order: Order) =>
  Object.fromEntries(order.ucp.line_items.map(({ id, quantity, status }) => [id, { ...quantity, status }]));
