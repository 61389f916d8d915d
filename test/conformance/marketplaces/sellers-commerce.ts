import type { Conformance } from '../kit.ts';

const order = { status: 200, body: 'order.json' };
const shipped = { status: 200, body: 'order-shipped.json' };
const none = { status: 404, body: 'order-not-exist.json' };
const done = { status: 200, body: 'processed.json' };

export const conformance: Conformance = {
  secrets: { accessKey: 'access', sharedSecret: 'shared' },
  // It has no CarrierId for the story's carrier.
  settings: { carriers: { dhl: 'Flat Rate Per Order' }, capturePayment: true },
  inbound: {
    'order.json': 'order',
    'order-shipped.json': 'order',
    'order-head.json': 'order',
    'return.json': 'return',
    'sku.json': 'sku',
  },
  unauthorized: { status: 401, body: 'unauthorized.json' },
  notFound: none,
  push: {
    fulfillment: { done, found: [shipped], absent: [order] },
    processing: { done: [order, done], found: [shipped], absent: [order] },
    payment: { done: [order, done], found: [shipped], absent: [order] },
  },
  poll: [{ status: 200, body: 'orders.json' }, none, none, none, none, none],
  fetch: [order],
  stock: [done],
};
