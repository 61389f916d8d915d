import type { Resources } from './environment';
import type { Gateway } from './gateway';

/** What operators and the seller's own systems use: the hub's API and its console. */
export function ops(resources: Resources, gateway: Gateway): void {
  gateway.addRoutes('api', resources);
  gateway.addRoutes('console', resources);
}
