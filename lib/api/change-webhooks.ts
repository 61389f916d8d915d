import { ChangeType } from '#lib/connections/endpoint-schema';
import * as z from '#lib/platform/zod';
import { ChangeAnswer } from './changes.ts';
import { doc } from './kit/meta.ts';
import type { Route } from './kit/route.ts';
import { Ucp } from './order-schema.ts';

const SUMMARIES: Readonly<Record<ChangeType, string>> = {
  'order.created': 'An order is known',
  'order.changed': 'Members of an order have changed that no other type tells of',
  'order.released': 'An order may ship',
  'order.placed': 'A shipper has an order, or a part of it',
  'order.blocked': 'A delivery of an order waits for a person',
  'order.cancelled': 'Nothing of an order is wanted any more',
  'order.returned': 'Goods of an order came back',
  'fulfillment.added': 'An order has a parcel more',
  'fulfillment.reported': 'Whoever sold an order was told of a parcel',
  'delivery.dead': 'The hub has given a delivery up',
  'product.changed': 'A SKU has changed, or how many there are of it',
};

const sent = (description: string, more: object = {}) => doc(z.string(), { ...more, description });
const id = { 'webhook-id': sent('The same at every repeat: drop what you have.') };

const standard = z.object({
  ...id,
  'webhook-timestamp': sent('Of this attempt, in seconds since 1970: refuse what is over five minutes old.'),
  'webhook-signature': sent(
    '`v1,` and the HMAC-SHA256, in base64, of `{id}.{timestamp}.{body}` with the endpoint’s secret; while that is replaced, one for each of both, by a space.',
  ),
});

const signedAsUcp = z.object({
  ...id,
  'webhook-timestamp': sent('When it happened, in seconds since 1970; the same at every repeat.'),
  'ucp-agent': sent('Where the key is published.', { example: 'profile="https://hub.example/.well-known/ucp"' }),
  'content-digest': sent('SHA-256 of the body (RFC 9530).'),
  'signature-input': sent('Which components are signed, by which key (RFC 9421).'),
  signature: sent('ES256, raw `r‖s`.'),
});

const told = (path: string, summary: string, description: string, headers: z.ZodMiniObject, schema: z.ZodMiniType) => ({
  ...({ method: 'post', path, tags: ['changes'], summary, description, scope: null } as const),
  request: { headers, body: { schema, required: true } },
  responses: {
    200: { description: 'Any 2xx: it is yours.' },
    410: { description: 'Send nothing more: the endpoint is paused until a person resumes it.' },
  },
});

/** What the hub posts to endpoints, for the document only: one webhook for each type of change, and UCP's. */
export const changeWebhooks: readonly Route[] = [
  ...ChangeType.options.map((type) =>
    told(
      ...([type, SUMMARIES[type], 'As Standard Webhooks 1.0.0 has it.', standard] as const),
      z.object({ type: z.literal(type), timestamp: z.iso.datetime(), data: ChangeAnswer }),
    ),
  ),
  told(
    'endpoint.test',
    'Nothing has changed: a person tries an endpoint',
    'Sent for `POST /endpoints/{id}/test`, as Standard Webhooks 1.0.0 has it.',
    standard,
    z.object({
      type: z.literal('endpoint.test'),
      timestamp: z.iso.datetime(),
      data: z.object({ endpoint: z.string() }),
    }),
  ),
  told(
    'ucp.order',
    'An order as UCP has it',
    'To endpoints of profile `ucp`: the whole order as it is now.',
    signedAsUcp,
    Ucp,
  ),
];
