import { expect, test } from 'vitest';
import { DeliveryDied } from './delivery-died.ts';
import { DeliveryDue } from './delivery-due.ts';
import { InboundReceived } from './inbound-received.ts';
import { WebhookRejected } from './webhook-rejected.ts';

const RECEIVED_AT = '2026-11-21T08:15:00.000Z';

/**
 * Messages as the first version sent them. While a new version is being deployed, the old one still sends and receives,
 * and a message may stay in a queue for weeks: so nothing here is ever changed, only added.
 */
const SENT = [
  [DeliveryDue, { deliveryId: 'dlv_1' }],
  [
    DeliveryDied,
    { deliveryId: 'dlv_1', connection: 'c', action: 'order', order: 'c:1', cause: null, diedAt: RECEIVED_AT },
  ],
  [
    InboundReceived,
    {
      ...{ id: 'evt_1', connection: 'c', topic: 'order-paid', receivedBy: 'webhook', receivedAt: RECEIVED_AT },
      ...{ body: '{}', encoding: 'utf8' },
    },
  ],
  [
    InboundReceived,
    {
      ...{ id: 'evt_1', connection: 'c', topic: 'order', receivedBy: 'poll', receivedAt: RECEIVED_AT },
      ...{ askedAt: RECEIVED_AT, body: '{', encoding: 'utf8', bodyTruncated: true },
    },
  ],
  [
    WebhookRejected,
    {
      ...{ type: 'webhook.rejected', connection: 'c', topic: 'order-paid', receivedAt: RECEIVED_AT },
      ...{ evidence: { 'x-scopio-signature': 'abc' }, body: '{}', encoding: 'utf8' },
    },
  ],
] as const;

test.each(SENT)('a message of the version before is understood', (schema, message) => {
  expect(schema.parse(message)).toEqual(message);
});

test.each(SENT)('a message of the version after, which says more, is understood', (schema, message) => {
  expect(schema.parse({ ...message, saidLater: { by: 'a newer version' } })).toEqual(message);
});
