import type { Hono } from 'hono';
import { hubRoutes } from './hub.ts';
import { createApp } from './kit/app.ts';
import type { ApiEnv, Route, Routes } from './kit/route.ts';

/**
 * The nouns of the API by the first segment of their paths. A noun is loaded when the first request for it comes: with
 * all of them the function would take twice as long to start.
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

const hub = hubRoutes(listRoutes);

/** Every route of the API. */
export async function listRoutes(): Promise<Route[]> {
  const loaded = await Promise.all(Object.values(nouns).map((load) => load()));
  return [...new Set([...loaded.map(({ routes }) => routes), hub])].flatMap(({ described }) => described);
}

/** The public surface of the hub. */
export const createApi = (): Hono<ApiEnv> => createApp(hub, nouns);
