import * as health from './health.ts';
import type { Route, Routes } from './routes.ts';

/** Paths whose routes are loaded together, when the first request for one of them comes. */
interface Area {
  paths: readonly string[];
  load: () => Promise<ReadonlyArray<{ routes: Routes }>>;
}

export const areas: readonly Area[] = [
  { paths: ['/orders'], load: () => Promise.all([import('./orders.ts'), import('./fulfillments.ts')]) },
  {
    paths: ['/deliveries'],
    load: () =>
      Promise.all([
        // `/deliveries/replay` and `/deliveries/causes` before `/deliveries/{id}`.
        import('./replay-deliveries.ts'),
        import('./causes.ts'),
        import('./deliveries.ts'),
        import('./close-delivery.ts'),
      ]),
  },
  { paths: ['/replays'], load: () => Promise.all([import('./replays.ts')]) },
  { paths: ['/dead-letters'], load: () => Promise.all([import('./dead-letters.ts')]) },
  { paths: ['/events'], load: () => Promise.all([import('./events.ts')]) },
  { paths: ['/quarantine'], load: () => Promise.all([import('./quarantine.ts')]) },
  { paths: ['/remaps'], load: () => Promise.all([import('./remaps.ts')]) },
  { paths: ['/products', '/stock'], load: () => Promise.all([import('./products.ts')]) },
  {
    paths: ['/connections'],
    load: () =>
      Promise.all([
        import('./connections.ts'),
        import('./poll-connection.ts'),
        import('./sync-webhooks.ts'),
        import('./requests.ts'),
      ]),
  },
  // Not for its own sake: what every route needs comes with it, while the function starts.
  { paths: ['/health'], load: async () => [health] },
  { paths: ['/openapi.json'], load: () => Promise.all([import('./document.ts')]) },
];

/** Every route of the API. */
export async function allRoutes(): Promise<Route[]> {
  const groups = await Promise.all(areas.map(({ load }) => load()));
  return groups.flat().flatMap(({ routes }) => routes.described);
}
