import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { continueTrace, runInTrace } from '#lib/trace';
import { type ApiEnv, BEARER } from './auth.ts';
import { causes } from './causes.ts';
import { closeDeliveries } from './close-delivery.ts';
import { connections } from './connections.ts';
import { deadLetters } from './dead-letters.ts';
import { deliveries } from './deliveries.ts';
import { ApiError, answerError, errorBody, refuseInvalid } from './errors.ts';
import { events } from './events.ts';
import { fulfillments } from './fulfillments.ts';
import { health } from './health.ts';
import { json } from './list.ts';
import { orders } from './orders.ts';
import { pollConnection } from './poll-connection.ts';
import { products } from './products.ts';
import { quarantine } from './quarantine.ts';
import { remaps } from './remaps.ts';
import { replayDeliveries } from './replay-deliveries.ts';
import { replays } from './replays.ts';
import { requests } from './requests.ts';
import { webhookSync } from './sync-webhooks.ts';
import { describeWebhooks } from './webhook-paths.ts';

const MAX_BODY_BYTES = 1024 * 1024;

const openApiRoute = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['hub'],
  summary: 'This document',
  security: [],
  responses: { 200: json('OpenAPI 3.1.', z.record(z.string(), z.unknown())) },
});

/** The public surface of the hub. */
export function createApp(): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });
  app.onError(answerError);
  app.notFound((context) => context.json(errorBody({ code: 'not_found', description: 'there is no such route' }), 404));
  app.use((context, next) => runInTrace(continueTrace(context.req.header('traceparent')), next));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new ApiError(413, 'payload_too_large', `the body is over ${MAX_BODY_BYTES} bytes`);
      },
    }),
  );
  for (const routes of [
    orders,
    fulfillments,
    replayDeliveries,
    causes,
    deliveries,
    closeDeliveries,
    replays,
    deadLetters,
    events,
    quarantine,
    remaps,
    products,
    connections,
    pollConnection,
    webhookSync,
    requests,
    health,
  ])
    app.route('/', routes);
  app.openAPIRegistry.registerComponent('securitySchemes', BEARER, {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key. Its scopes are among `orders:read`, `fulfillments:write` and `ops`, which includes both.',
  });
  describeWebhooks(app);
  let document: ReturnType<typeof describe> | undefined;
  app.openapi(openApiRoute, (context) => {
    document ??= describe(app);
    return context.json(document as unknown as Record<string, unknown>, 200);
  });
  return app;
}

const describe = (app: OpenAPIHono<ApiEnv>) =>
  app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Longshore',
      version: '1.0.0',
      description:
        'Orders of many marketplaces as UCP 2026-04-08 orders, the parcels that fulfill them, and everything the hub did about them. Instants are in UTC, money is in minor units. Every error has one shape: `{ "error": { "code", "description", "field"? } }`.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'orders', description: 'What was sold, and the parcels the seller ships.' },
      { name: 'deliveries', description: 'Everything the hub tells a remote, and its attempts.' },
      { name: 'replays', description: 'What operators have run again, and how far it is.' },
      { name: 'catalog', description: 'What the connections sell or stock, and how many of it.' },
      { name: 'events', description: 'What arrived, and what became of it.' },
      { name: 'quarantine', description: 'Webhooks whose proof did not hold.' },
      { name: 'connections', description: 'The accounts at the marketplaces.' },
      { name: 'webhooks', description: 'Where the marketplaces call.' },
      { name: 'hub', description: 'The hub itself.' },
    ],
  });
