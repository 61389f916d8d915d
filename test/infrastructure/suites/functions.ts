import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { marketplaces } from '#lib/marketplaces/registry';
import { envName, functions, secrets, streams } from '#lib/topology';
import type { Graph } from '../graph.ts';

const IMPORT_AND_SHOW = `
  const { handler } = await import(process.argv[1]);
  console.log(typeof handler);
`;

export const describeFunctions = (graph: Graph) =>
  describe('functions', () => {
    test('are those of the topology and no others', () => {
      const names = graph.all('lambda/function:Function').map(({ inputs }) => inputs.name);
      expect(names.sort()).toEqual(functions.map(({ name }) => `longshore-test-${name}`).sort());
    });

    test.each(functions)('$name has the time, memory, runtime and log of its specification', (spec) => {
      const { inputs } = graph.function(spec.name);
      expect(inputs).toMatchObject({
        timeout: spec.timeoutSeconds,
        memorySize: spec.memoryMb,
        runtime: 'nodejs24.x',
        architectures: ['arm64'],
        loggingConfig: {
          logFormat: 'JSON',
          logGroup: `/aws/lambda/longshore-test-${spec.name}`,
          systemLogLevel: 'WARN',
        },
      });
      const log = graph.one('cloudwatch/logGroup:LogGroup', ({ state }) => state.name === logGroupOf(inputs));
      expect(log.inputs.retentionInDays).toBe(30);
    });

    test('every log is kept for thirty days, API Gateway’s too', () => {
      const logs = graph.all('cloudwatch/logGroup:LogGroup');
      expect(logs).toHaveLength(functions.length + 1);
      for (const { name, inputs } of logs) expect(inputs.retentionInDays, name).toBe(30);
    });

    test.each(functions)('$name is bundled from a file that exists and exports its handler', ({ handler }) => {
      const [bundle, ...others] = Object.values(graph.bundles).filter((each) => each.handler === handler);
      expect(others).toEqual([]);
      const loaded = execFileSync(
        process.execPath,
        ['--input-type=module', '-e', IMPORT_AND_SHOW, bundle?.file ?? ''],
        {
          encoding: 'utf8',
        },
      );
      expect(loaded.trim()).toBe('function');
    });

    test.each(functions)('$name learns the names of what it was granted and no others', ({ name, grants }) => {
      const { table, only, api, send = [], measure = [], redrive = [], secrets = [] } = grants;
      const expected: Record<string, unknown> = {
        [envName.metricNamespace]: 'Longshore/test',
        [envName.watch]: 'full',
        ...Object.fromEntries(
          [...send, ...measure, ...redrive].map((queue) => [envName.queueUrl(queue), graph.queue(queue).state.url]),
        ),
        ...Object.fromEntries(secrets.map((secret) => [envName.secretId(secret), graph.secret(secret).state.arn])),
        ...((table || only) && {
          [envName.table]: graph.one('dynamodb/table:Table').state.name,
          [envName.publicUrl]: graph.one('apigatewayv2/api:Api').state.apiEndpoint,
        }),
        ...(api && { [envName.apiUrl]: graph.one('apigatewayv2/api:Api').state.apiEndpoint, AGENT_REPLAYS: 'off' }),
        ...(table && {
          RETRY_LIMIT: '3',
          RETRY_INTERVAL_SECONDS: '300',
          RETENTION_BUYER_DAYS: '365',
          RETENTION_ORDER_DAYS: '1095',
          AWAY_AFTER_FAILURES: '20',
          AWAY_AFTER_SECONDS: '600',
          AWAY_PROBE_SECONDS: '60',
          NOTIFY_SCHEDULE_SECONDS: '0,4,60,300,900,3600,10800,21600,43200,86400',
          ENDPOINT_PAUSE_AFTER_SECONDS: '86400',
        }),
      };
      const own = Object.entries(graph.variablesOf(name)).filter(([variable]) => !variable.startsWith('SST_'));
      expect(Object.fromEntries(own)).toEqual(expected);
    });

    test('the outputs name everything that the CLI needs', () => {
      const { environment } = graph.outputs;
      expect(environment[envName.table]).toBe(graph.one('dynamodb/table:Table').state.name);
      for (const { name } of secrets) expect(environment[envName.secretId(name)]).toBe(graph.secret(name).state.arn);
      expect(Object.keys(environment).filter((name) => name.startsWith('QUEUE_URL_'))).toHaveLength(
        2 * (marketplaces.length + 2) + streams.length,
      );
      expect(environment.AWS_REGION).toBe('eu-central-1');
    });
  });

const logGroupOf = ({ loggingConfig }: Record<string, unknown>) => (loggingConfig as { logGroup: string }).logGroup;
