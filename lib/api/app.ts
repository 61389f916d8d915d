import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { continueTrace, runInTrace } from '#lib/trace';
import * as z from '#lib/zod';
import type { ApiEnv } from './auth.ts';
import { causes } from './causes.ts';
import { closeDeliveries } from './close-delivery.ts';
import { connections } from './connections.ts';
import { deadLetters } from './dead-letters.ts';
import { deliveries } from './deliveries.ts';
import { ApiError, answerError, errorBody } from './errors.ts';
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
import { createRoute, Routes } from './routes.ts';
import { webhookSync } from './sync-webhooks.ts';
import { webhookRoutes } from './webhook-paths.ts';

const MAX_BODY_BYTES = 1024 * 1024;

const document = new Routes();

const groups = [
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
  document,
];

const documentRoute = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['hub'],
  summary: 'This document',
  scope: null,
  responses: { 200: json('OpenAPI 3.1.', z.record(z.string(), z.unknown())) },
});

let described: Record<string, unknown> | undefined;

document.add(documentRoute, async (context) => {
  // Loaded where it is asked for: all else does without.
  const { describe } = await import('./openapi.ts');
  described ??= describe([...groups.flatMap((group) => group.described), ...webhookRoutes()]);
  return context.json(described, 200);
});

/** The public surface of the hub. */
export function createApp(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
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
  for (const group of groups) app.route('/', group);
  return app;
}
