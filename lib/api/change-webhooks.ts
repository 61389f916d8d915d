import { ChangeType } from '#lib/connections/endpoint-schema';
import { marketplaces } from '#lib/marketplaces/registry';
import * as z from '#lib/platform/zod';
import { webhookPath } from '#lib/webhooks/hub-urls';
import { ChangeAnswer } from './changes.ts';
import { ErrorBody } from './kit/errors.ts';
import { doc } from './kit/meta.ts';
import { json, type Route } from './kit/route.ts';
import { Ucp } from './order-schema.ts';

const SUMMARIES: Readonly<Record<ChangeType, string>> = {
  'order.created': 'An order is known',
  'order.changed': 'Members of an order have changed that no other type covers',
  'order.released': 'An order may ship',
  'order.placed': 'A shipper has an order, or a part of it',
  'order.blocked': 'A delivery of an order waits for a person',
  'order.cancelled': 'Nothing of an order is wanted any more',
  'order.returned': 'Goods of an order came back',
  'fulfillment.added': 'An order has another parcel',
  'fulfillment.reported': 'The sales channel was told of a parcel',
  'delivery.dead': 'The hub has given a delivery up',
  'product.changed': 'A SKU has changed, or its stock',
};

const sent = (description: string, more: object = {}) => doc(z.string(), { ...more, description });
const id = { 'webhook-id': sent('The same at every repeat: drop those you already have.') };

const standard = z.object({
  ...id,
  'webhook-timestamp': sent('The time of this attempt, in seconds since 1970: refuse one over five minutes old.'),
  'webhook-signature': sent(
    '`v1,` and the HMAC-SHA256, in base64, of `{id}.{timestamp}.{body}` with the endpoint’s secret; during a rotation one for each secret, separated by a space.',
  ),
});

const signedAsUcp = z.object({
  ...id,
  'webhook-timestamp': sent('When it happened, in seconds since 1970; the same at every repeat.'),
  'ucp-agent': sent('Names the profile in which the key is published.', {
    example: 'profile="https://hub.example/.well-known/ucp"',
  }),
  'content-digest': sent('SHA-256 of the body (RFC 9530).'),
  'signature-input': sent('Which components are signed, by which key (RFC 9421).'),
  signature: sent('ES256, raw `r‖s`.'),
});

const told = (path: string, summary: string, description: string, headers: z.ZodMiniObject, schema: z.ZodMiniType) => ({
  ...({ method: 'post', path, tags: ['changes'], summary, description, scope: null } as const),
  request: { headers, body: { schema, required: true } },
  responses: {
    200: { description: 'Any 2xx: you have stored it.' },
    410: { description: 'Send nothing more: the endpoint is paused until a person resumes it.' },
  },
});

/** What the hub posts to endpoints, for the document only: one webhook for each type of change, and UCP's. */
export const changeWebhooks: readonly Route[] = [
  ...ChangeType.options.map((type) =>
    told(
      ...([type, SUMMARIES[type], 'By Standard Webhooks 1.0.0.', standard] as const),
      z.object({ type: z.literal(type), timestamp: z.iso.datetime(), data: ChangeAnswer }),
    ),
  ),
  told(
    'endpoint.test',
    'A test message: nothing has changed',
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
    'An order in UCP’s format',
    'To endpoints of profile `ucp`: the whole order as it is now.',
    signedAsUcp,
    Ucp,
  ),
];

/** A refusal has the hub's own shape, or the one that the marketplace documents. */
const refused = (description: string) => json(description, z.union([ErrorBody, z.object({ error: z.string() })]));

/** The marketplaces' webhook URLs, for the document only: other functions answer them. */
export const webhookRoutes: readonly Route[] = marketplaces
  .filter(({ topics }) => topics.length > 0)
  .map((info) => ({
    method: 'post',
    path: webhookPath(info, '{connectionId}', '{topic}'),
    tags: ['webhooks'],
    summary: `What ${info.title} posts`,
    description: `For ${info.title} only, which has its own proof: an API key is neither needed nor enough. An unknown connection or topic and a bad signature or secret get the same answer.`,
    scope: null,
    request: {
      params: z.object({
        connectionId: z.string(),
        topic: z.enum(info.topics),
        ...(info.secretInUrl && { secret: z.string() }),
      }),
      body: { required: true, description: 'In the format that the marketplace documents.', schema: z.unknown() },
    },
    responses: {
      200: json('Stored; it is processed later.', z.record(z.string(), z.unknown())),
      400: refused(
        'Authentic, but no JSON, or without something that the marketplace wants to be told about: it is kept as unreadable.',
      ),
      401: refused('Not authentic.'),
      413: refused('The body is over 256 KiB.'),
      503: refused('It could not be stored: send it again.'),
    },
  }));
