import type { Conformance } from '../kit.ts';

export const conformance: Conformance = {
  secrets: { apiKey: 'token:key', webhookSecret: 'now', previousWebhookSecret: 'before' },
  settings: { deliveredStatusId: '2591261' },
  webhook: {
    secret: 'webhookSecret',
    coversBody: false,
    prove: (_body, secret) => ({ headers: {}, rest: [secret] }),
    tests: ['', '{}', 'null', '{"hook":"orderNew"}'],
  },
  inbound: {
    'order-id.json': 'order-new',
    'order-paid.json': 'order-paid',
    'order-updated.json': 'order-updated',
    'product-id.json': 'product-updated',
    'product-quantity-updated.json': 'product-quantity-updated',
    'order-listed.json': 'order-listed',
    'order.json': 'order',
    'product.json': 'product',
  },
  unauthorized: { status: 401, body: 'unauthorized.json' },
  notFound: { status: 404, body: 'not-found.json' },
  push: {
    fulfillment: {
      done: { status: 201, body: 'delivery-added.json' },
      found: [{ status: 200, body: 'deliveries-ours.json' }],
      absent: [{ status: 200, body: 'deliveries.json' }],
    },
    status: {
      done: [
        { status: 200, body: 'order.json' },
        { status: 200, body: '' },
      ],
      found: [{ status: 200, body: 'order-delivered.json' }],
      absent: [{ status: 200, body: 'order.json' }],
    },
    // "You must first send an initial update with status return_pending."
    returned: { done: Array(2).fill({ status: 200, body: 'return-updated.json' }), found: [], absent: [], writes: 2 },
  },
  requests: {
    'separate-rows': {
      input: { orderId: '13901393', rowIds: ['8109592'] },
      done: [
        { status: 200, body: 'rows.json' },
        { status: 201, body: 'row-separated.json' },
      ],
      found: [{ status: 200, body: '[]' }],
      absent: [{ status: 200, body: 'rows.json' }],
    },
    return: {
      input: { orderId: '13901393', rowId: '8109592', status: 'return_pending', reason: 'Wrong size', quantity: 1 },
      done: [{ status: 200, body: 'return-updated.json' }],
    },
  },
  stock: [{ status: 200, body: '' }],
  fetch: {
    order: [{ status: 200, body: 'order.json' }],
    product: [{ status: 200, body: 'product.json' }],
  },
  poll: [
    { status: 200, body: 'orders.json' },
    { status: 200, body: 'products.json' },
  ],
};
