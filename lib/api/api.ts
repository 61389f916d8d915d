import type { Hono } from 'hono';
import * as z from '#lib/platform/zod';
import { createApp } from './kit/app.ts';
import { named } from './kit/meta.ts';
import { type ApiEnv, json, type Route, Routes } from './kit/route.ts';

/**
 * The nouns of the API by the first segment of their paths. A noun is loaded at the first request for it: with all of
 * them the function would take twice as long to start.
 */
const nouns: Readonly<Record<string, () => Promise<{ routes: Routes }>>> = {
  orders: () => import('./orders.ts'),
  deliveries: () => import('./deliveries.ts'),
  replays: () => import('./replays.ts'),
  'dead-letters': () => import('./dead-letters.ts'),
  events: () => import('./events.ts'),
  quarantine: () => import('./quarantine.ts'),
  remaps: () => import('./remaps.ts'),
  products: () => import('./products.ts'),
  stock: () => import('./products.ts'),
  connections: () => import('./connections.ts'),
  buyers: () => import('./buyers.ts'),
  audit: () => import('./audit.ts'),
  session: () => import('./session.ts'),
  balance: () => import('./balance.ts'),
  search: () => import('./search.ts'),
  changes: () => import('./changes.ts'),
  consumers: () => import('./changes.ts'),
  endpoints: () => import('./endpoints.ts'),
  ucp: () => import('./ucp.ts'),
  '.well-known': () => import('./ucp.ts'),
};

const hub = new Routes('hub');

hub.add('GET /health', {
  summary: 'Whether the hub answers',
  scope: null,
  responses: {
    200: json('It does.', named('Health', z.object({ status: z.literal('ok'), time: z.iso.datetime() }))),
  },
  answer: () => ({ status: 'ok' as const, time: new Date().toISOString() }),
});

let document: Record<string, unknown> | undefined;

hub.add('GET /openapi.json', {
  summary: 'This document',
  scope: null,
  responses: { 200: json('OpenAPI 3.1.', z.record(z.string(), z.unknown())) },
  answer: async () => {
    const { describe } = await import('./kit/openapi.ts');
    const { changeWebhooks, webhookRoutes } = await import('./change-webhooks.ts');
    document ??= describe([...(await listRoutes()), ...webhookRoutes], changeWebhooks);
    return document;
  },
});

export async function listRoutes(): Promise<Route[]> {
  const loaded = await Promise.all(Object.values(nouns).map((load) => load()));
  return [...new Set([...loaded.map(({ routes }) => routes), hub])].flatMap(({ described }) => described);
}

export const createApi = (): Hono<ApiEnv> => createApp(hub, nouns);
