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
  inbound: { 'parcel-shipped.json': 'parcel-shipped' },
  unauthorized: { status: 401, body: 'unauthorized.json' },
  notFound: { status: 404, body: 'not-found.json' },
  push: {
    order: {
      done: { status: 201, body: 'order-created.json' },
      found: [{ status: 200, body: 'orders.json' }],
      absent: [{ status: 200, body: 'orders-none.json' }],
    },
  },
  poll: [{ status: 200, body: 'parcel-shipped.json' }],
};
