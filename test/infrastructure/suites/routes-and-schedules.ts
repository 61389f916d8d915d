import { describe, expect, test } from 'vitest';
import { marketplaces } from '#lib/marketplaces/registry';
import { routes, schedules } from '#lib/topology';
import type { Graph } from '../graph.ts';

/** The function that each route of the API leads to, by ARN. */
export const routeTargets = (graph: Graph): Map<string, unknown> =>
  new Map(
    graph.all('apigatewayv2/route:Route').map(({ inputs }) => {
      const integration = graph.one(
        'apigatewayv2/integration:Integration',
        ({ id }) => `integrations/${id}` === inputs.target,
      );
      return [String(inputs.routeKey), integration.inputs.integrationUri];
    }),
  );

/** What each schedule starts, how often and with which event. */
export const scheduleTargets = (graph: Graph) =>
  graph.all('scheduler/schedule:Schedule').map(({ inputs }) => {
    const { arn, input } = inputs.target as { arn: string; input: string };
    return { arn, event: JSON.parse(input) as { name: string }, expression: inputs.scheduleExpression };
  });

export const describeRoutesAndSchedules = (graph: Graph) => {
  describe('routes', () => {
    test('are exactly those of the topology', () => {
      const expected = routes.map(({ route, function: name }) => [route, graph.function(name).state.arn]);
      expect(routeTargets(graph)).toEqual(new Map(expected as Array<[string, unknown]>));
    });

    test('each may invoke its function, in payload format 2.0', () => {
      const permitted = graph.all('lambda/permission:Permission').map(({ inputs }) => inputs.function);
      for (const { function: name } of routes) expect(permitted).toContain(graph.function(name).state.arn);
      for (const { inputs } of graph.all('apigatewayv2/integration:Integration'))
        expect(inputs).toMatchObject({ integrationType: 'AWS_PROXY', payloadFormatVersion: '2.0' });
    });

    test('no browser of another origin may call', () => {
      expect(graph.one('apigatewayv2/api:Api').inputs.corsConfiguration ?? {}).toEqual({});
    });

    test('each has a limit of its own, so that API calls cannot take the webhooks’ nor one marketplace another’s', () => {
      const { routeSettings, defaultRouteSettings } = graph.one('apigatewayv2/stage:Stage').inputs;
      expect(routeSettings).toEqual(
        routes.map(({ route, requestsPerSecond, burst }) => ({
          routeKey: route,
          throttlingRateLimit: requestsPerSecond,
          throttlingBurstLimit: burst,
        })),
      );
      expect(defaultRouteSettings).toEqual({ throttlingRateLimit: 100, throttlingBurstLimit: 200 });
      // An account's own limits also apply: 10,000 a second, bursts of 5,000.
      expect(routes.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0)).toBeLessThanOrEqual(10_000);
      for (const { route, burst } of routes) expect(burst, route).toBeLessThanOrEqual(5000);
    });

    test('exist before the stage that limits them, as API Gateway wants it', () => {
      const order = graph.resources.map(({ type }) => type);
      expect(order.lastIndexOf('aws:apigatewayv2/route:Route')).toBeLessThan(
        order.indexOf('aws:apigatewayv2/stage:Stage'),
      );
    });

    test('the access log records the route and never the path, which may end in a secret', () => {
      const { accessLogSettings } = graph.one('apigatewayv2/stage:Stage').inputs;
      const { format, destinationArn } = accessLogSettings as { format: string; destinationArn: string };
      const fields = Object.values(JSON.parse(format) as Record<string, string>);
      expect(fields).toContain('$context.routeKey');
      for (const field of fields) expect(field).not.toMatch(/path|uri|query|\$context\.(extendedRequest|domain)/i);
      const log = graph.one('cloudwatch/logGroup:LogGroup', ({ state }) => state.arn === destinationArn);
      expect(log.inputs.retentionInDays).toBe(30);
    });
  });

  describe('schedules', () => {
    test('are exactly those of the topology', () => {
      const expected = schedules.map(({ name, function: target, everySeconds }) => ({
        arn: graph.function(target).state.arn,
        event: { source: 'longshore.schedule', name },
        expression: everySeconds === 60 ? 'rate(1 minute)' : `rate(${everySeconds / 60} minutes)`,
      }));
      const byName = (a: { event: { name: string } }, b: { event: { name: string } }) =>
        a.event.name.localeCompare(b.event.name);
      expect(scheduleTargets(graph).sort(byName)).toEqual(expected.sort(byName));
    });

    test('every marketplace has a poller, also one that calls nobody', () => {
      const names = scheduleTargets(graph).map(({ event }) => event.name);
      for (const { name } of marketplaces) expect(names).toContain(`poll-${name}`);
    });

    test('are on, bury what could not be started, and leave the retry to the next tick', () => {
      for (const { name, inputs } of graph.all('scheduler/schedule:Schedule'))
        expect(inputs, name).toMatchObject({
          state: 'ENABLED',
          target: {
            deadLetterConfig: { arn: graph.queue('schedule-dead-letters').state.arn },
            retryPolicy: { maximumRetryAttempts: 0 },
          },
        });
      for (const { function: name } of schedules) {
        const config = graph.one(
          'lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
          ({ inputs }) => inputs.functionName === graph.function(name).state.name,
        );
        expect(config.inputs).toMatchObject({ maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 });
      }
    });
  });
};
