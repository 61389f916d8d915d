import { marketplaces } from '../lib/marketplaces/registry';
import { routes } from '../lib/topology';
import type { Resources } from './environment';
import { createFunction } from './functions';
import { logicalName } from './names';

/** The public API and the function behind each marketplace's webhooks. */
export function webhooks(resources: Resources): sst.aws.ApiGatewayV2 {
  const gateway = new sst.aws.ApiGatewayV2('Gateway', {
    cors: false,
    accessLog: { retention: '1 month' },
    transform: {
      stage: (stage) => {
        const accessLog = $output(stage.accessLogSettings);
        stage.accessLogSettings = {
          destinationArn: accessLog.apply((settings) => settings?.destinationArn ?? ''),
          format: ACCESS_LOG_FORMAT,
        };
        stage.defaultRouteSettings = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };
      },
    },
  });
  for (const { name, topics } of marketplaces) {
    if (topics.length > 0) addRoutes(gateway, `webhook-${name}`, resources);
  }
  return gateway;
}

/** Creates a function and leads its routes of the topology to it. */
export function addRoutes(gateway: sst.aws.ApiGatewayV2, name: string, resources: Resources): void {
  const target = createFunction(name, resources);
  for (const { route } of routes.filter((each) => each.function === name))
    gateway.route(route, target.arn, { name: logicalName(name) });
}

// Some webhook URLs end in a secret: the route's key is logged, the path never.
const ACCESS_LOG_FORMAT = JSON.stringify({
  time: '$context.requestTime',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationStatus: '$context.integration.integrationStatus',
  integrationLatencyMs: '$context.integration.latency',
  sourceIp: '$context.identity.sourceIp',
});
