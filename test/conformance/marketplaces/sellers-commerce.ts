import type { Conformance } from '../kit.ts';

const order = { status: 200, body: 'order.json' };
const shipped = { status: 200, body: 'order-shipped.json' };
const done = { status: 200, body: 'processed.json' };

export const conformance: Conformance = {
  secrets: { accessKey: 'access', sharedSecret: 'shared' },
  // Of the story's carrier it has no word.
  settings: { carriers: { dhl: 'Flat Rate Per Order' }, capturePayment: true },
  inbound: { 'order.json': 'order', 'order-shipped.json': 'order' },
  unauthorized: { status: 401, body: 'unauthorized.json' },
  notFound: { status: 404, body: 'order-not-exist.json' },
  push: {
    fulfillment: { done, found: [shipped], absent: [order] },
    processing: { done: [order, done], found: [shipped], absent: [order] },
    payment: { done: [order, done], found: [shipped], absent: [order] },
  },
  poll: [{ status: 200, body: 'orders.json' }],
  stock: [done],
};
