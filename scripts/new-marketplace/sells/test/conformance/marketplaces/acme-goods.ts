import { createHmac } from 'node:crypto';
import type { Conformance } from '../kit.ts';

export const conformance: Conformance = {
  secrets: { apiKey: 'key', webhookSecret: 'now', previousWebhookSecret: 'before' },
  webhook: {
    secret: 'webhookSecret',
    coversBody: true,
    prove: (body, secret) => ({
      headers: { 'x-acme-goods-signature': createHmac('sha256', secret).update(body).digest('hex') },
      rest: [],
    }),
  },
  inbound: { 'order-paid.json': 'order-paid', 'order-shipped.json': 'order' },
  unauthorized: { status: 401, body: 'unauthorized.json' },
  notFound: { status: 404, body: 'not-found.json' },
  push: {
    fulfillment: {
      done: { status: 201, body: 'order-shipped.json' },
      found: [{ status: 200, body: 'order-shipped.json' }],
      absent: [{ status: 200, body: 'order-paid.json' }],
    },
  },
  poll: [{ status: 200, body: 'orders.json' }],
};
