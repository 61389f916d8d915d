import type { Resources } from './environment';
import { addRoutes } from './webhooks';

/** What operators and the seller's own systems use: the hub's API. */
export function ops(resources: Resources, gateway: sst.aws.ApiGatewayV2): void {
  addRoutes(gateway, 'api', resources);
}
