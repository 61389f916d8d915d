import type { Conformance } from '../kit.ts';

export const conformance: Conformance = {
  secrets: { accessToken: 'token', userId: 'user', webhookSecret: 'now', previousWebhookSecret: 'before' },
  settings: { skus: ['Bottle234543'], eans: { 'TEA-LINDEN': '07852236842' } },
  webhook: { secret: 'webhookSecret', coversBody: false, prove: (_body, secret) => ({ headers: {}, rest: [secret] }) },
  inbound: {
    'order-created.json': 'order-created',
    'order-updated.json': 'order-updated',
    'shipment-event-created.json': 'shipment-event-created',
    'events.json': 'orden',
    'stock.json': 'stock',
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
  requests: {
    'items-create': {
      input: { items: [{ title: 'Botella', list_price: 99.5, sku: 'Bottle234543', ean: '07852236842', weight: 0.4 }] },
      done: [
        { status: 200, body: 'items-saved.json' },
        { status: 200, body: 'stock.json' },
      ],
      found: [{ status: 200, body: 'stock.json' }],
      absent: [{ status: 402, body: 'stock-not-found.json' }],
    },
    'items-update': {
      input: { item_id: 301, title: 'Pluma Roja', list_price: 355, sku: 'ABCD12' },
      done: [{ status: 200, body: 'item-updated.json' }],
    },
    'items-delete': { input: { item_id: 301 }, done: [{ status: 200, body: 'item-deleted.json' }] },
    'entry-order': { input: { entry_order: { Bottle234543: 40 } }, done: [{ status: 200, body: 'entry-order.json' }] },
  },
  poll: [
    { status: 200, body: 'events.json' },
    { status: 200, body: 'stock.json' },
    { status: 200, body: 'stock-ean.json' },
  ],
  fetch: [{ status: 200, body: 'events.json' }],
};
