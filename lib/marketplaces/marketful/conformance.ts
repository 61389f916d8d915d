import type { Conformance } from '../conformance-kit.ts';

export const conformance: Conformance = {
  secrets: { accessToken: 'token', userId: 'user', webhookSecret: 'now', previousWebhookSecret: 'before' },
  webhook: { secret: 'webhookSecret', coversBody: false, prove: (_body, secret) => ({ headers: {}, rest: [secret] }) },
  inbound: {
    'order-created.json': 'order-created',
    'order-updated.json': 'order-updated',
    'shipment-event-created.json': 'shipment-event-created',
    'events.json': 'orden',
  },
  unauthorized: { status: 404, body: 'unauthorized.json' },
  notFound: { status: 404, body: 'not-found.json' },
  push: {
    order: {
      done: { status: 200, body: 'created.json' },
      found: [{ status: 200, body: 'events.json' }],
      absent: [{ status: 404, body: 'not-found.json' }],
    },
  },
  poll: [{ status: 200, body: 'events.json' }],
  fetch: [{ status: 200, body: 'events.json' }],
};
