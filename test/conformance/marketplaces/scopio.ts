import { createHmac } from 'node:crypto';
import type { Conformance } from '../kit.ts';

export const conformance: Conformance = {
  secrets: { apiKey: 'sk_mkt_test', webhookSecret: 'whsec_now', previousWebhookSecret: 'whsec_before' },
  webhook: {
    secret: 'webhookSecret',
    coversBody: true,
    prove: (body, secret) => ({
      headers: { 'x-scopio-signature': createHmac('sha256', secret).update(body).digest('hex') },
      rest: [],
    }),
  },
  inbound: {
    'order-paid.json': 'order-paid',
    'order-paid-ucp.json': 'order-paid',
    'order.json': 'order',
    'ucp-order.json': 'order',
  },
  unauthorized: { status: 401, body: 'unauthorized.json' },
  notFound: { status: 404, body: 'not-found.json' },
  push: {
    fulfillment: {
      done: { status: 200, body: 'fulfilled.json' },
      found: [{ status: 200, body: 'order-list-empty.json' }],
      absent: [{ status: 200, body: 'order-list.json' }],
    },
  },
  poll: [{ status: 200, body: 'order-list.json' }],
};
