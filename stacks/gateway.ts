import { routes, webhookLimit } from '../lib/topology';
import type { Resources } from './environment';
import { createFunction } from './functions';
import { logicalName } from './names';
import { setting } from './settings';

/** For a route without a limit of its own. */
const DEFAULT_LIMIT = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };

export interface Gateway {
  readonly api: sst.aws.ApiGatewayV2;
  /** The address of the API. Unlike SST's own `url` it waits for no stage, and so for no function that needs it. */
  readonly publicUrl: $util.Input<string>;
  /** Creates a function and leads its routes of the topology to it. */
  addRoutes(name: string, resources: Resources, more?: Partial<sst.aws.FunctionArgs>): void;
  /** What your DNS must point a domain at; undefined without a domain, or where its DNS is made here. */
  readonly domainTarget: $util.Output<string> | undefined;
}

/** The public API. Its stage comes last: a route's limits can only be set once the route exists. */
export function createGateway(): Gateway {
  const added: $util.Output<aws.apigatewayv2.Route>[] = [];
  const all = Promise.withResolvers<$util.Output<aws.apigatewayv2.Route>[]>();
  const domain = customDomain();
  const api = new sst.aws.ApiGatewayV2('Gateway', {
    cors: false,
    accessLog: { retention: '1 month' },
    ...(domain && { domain }),
    transform: {
      stage: (stage, options) => {
        const accessLog = $output(stage.accessLogSettings);
        stage.accessLogSettings = {
          destinationArn: accessLog.apply((settings) => settings?.destinationArn ?? ''),
          format: ACCESS_LOG_FORMAT,
        };
        stage.defaultRouteSettings = DEFAULT_LIMIT;
        stage.routeSettings = routeLimits();
        options.dependsOn = $output(all.promise).apply((every) => $util.all(every));
      },
    },
  });
  return {
    api,
    publicUrl: domain ? `https://${domain.name}` : api.nodes.api.apiEndpoint,
    domainTarget:
      domain && 'cert' in domain ? api.nodes.domainName.domainNameConfiguration.targetDomainName : undefined,
    addRoutes(name, resources, more) {
      const target = createFunction(name, resources, more);
      for (const [index, { route }] of routes.filter((each) => each.function === name).entries())
        added.push(api.route(route, target.arn, { name: `${logicalName(name)}${index || ''}` }).nodes.route);
      if (added.length === routes.length) all.resolve(added);
    },
  };
}

function routeLimits() {
  const webhooks = webhookLimit(Number(setting('WEBHOOK_LIMIT')));
  return routes.map(({ route, function: name, ...own }) => {
    const { requestsPerSecond, burst } = name.startsWith('webhook-') ? webhooks : own;
    return { routeKey: route, throttlingRateLimit: requestsPerSecond, throttlingBurstLimit: burst };
  });
}

/** In Route 53 everything is made here; with a certificate of your own, DNS is yours too. */
function customDomain() {
  const [name, cert] = [setting('DOMAIN'), setting('DOMAIN_CERTIFICATE')];
  if (!name && cert) throw new Error('DOMAIN_CERTIFICATE is for a DOMAIN, and there is none');
  return name && { name, ...(cert && { cert, dns: false as const }) };
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
