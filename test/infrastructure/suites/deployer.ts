import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../graph.ts';
import { ACCOUNT, type Resource } from '../synth/mocks.ts';

interface Statement {
  Sid: string;
  Action: string | string[];
  Resource: string | string[];
}

const REGION = 'eu-central-1';
const FILE = join(import.meta.dirname, '../../../docs/deployer-policy.json');
/** What a managed policy may have, without white space. */
const MAX_CHARACTERS = 6_144;

const arn = (service: string, rest: string, region = REGION) => `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;

/** What is created and how AWS names it; null for what has no name of its own, or is a part of something that has. */
const NAMED: Readonly<Record<string, ((resource: Resource) => string) | null>> = {
  'aws:lambda/function:Function': ({ id }) => arn('lambda', `function:${id}`),
  'aws:sqs/queue:Queue': ({ state }) => String(state.arn),
  'aws:dynamodb/table:Table': ({ state }) => String(state.arn),
  'aws:secretsmanager/secret:Secret': ({ state }) => String(state.arn),
  'aws:sns/topic:Topic': ({ state }) => String(state.arn),
  'aws:iam/role:Role': ({ state }) => String(state.arn),
  'aws:cloudwatch/logGroup:LogGroup': ({ state }) => String(state.arn),
  'aws:cloudwatch/metricAlarm:MetricAlarm': ({ state }) => arn('cloudwatch', `alarm:${state.name}`),
  'aws:cloudwatch/dashboard:Dashboard': ({ inputs }) => arn('cloudwatch', `dashboard/${inputs.dashboardName}`, ''),
  'aws:scheduler/schedule:Schedule': ({ state }) => arn('scheduler', `schedule/default/${state.name}`),
  'aws:apigatewayv2/api:Api': ({ id }) => `arn:aws:apigateway:${REGION}::/apis/${id}`,
  'aws:kms/key:Key': ({ id }) => arn('kms', `key/${id}`),
  'aws:s3/bucketObjectv2:BucketObjectv2': () => 'arn:aws:s3:::sst-asset-abc/assets/code.zip',
  'aws:apigatewayv2/integration:Integration': null,
  'aws:apigatewayv2/route:Route': null,
  'aws:apigatewayv2/stage:Stage': null,
  'aws:lambda/eventSourceMapping:EventSourceMapping': null,
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': null,
  'aws:lambda/functionRecursionConfig:FunctionRecursionConfig': null,
  'aws:lambda/permission:Permission': null,
  'aws:sns/topicPolicy:TopicPolicy': null,
  'random:index/randomBytes:RandomBytes': null,
};

const all = (one: string | string[]): string[] => [one].flat();
const fits = (pattern: string, value: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(value);

/** docs/deployer-policy.json has not met an account: this holds it against the names that are given. */
export const describeDeployer = (graph: Graph) =>
  describe('the policy of who deploys', () => {
    const text = readFileSync(FILE, 'utf8');
    const filled = text.replaceAll('ACCOUNT', ACCOUNT).replaceAll('REGION', REGION);
    const { Statement } = JSON.parse(filled) as { Statement: Statement[] };

    test('covers everything that a deployment creates, by name', () => {
      expect(graph.resources.filter(({ type }) => !(type in NAMED)).map(({ type }) => type)).toEqual([]);
      const refused = graph.resources.filter((resource) => {
        const name = NAMED[resource.type]?.(resource);
        if (name === undefined) return false;
        const service = name.split(':')[2];
        return !Statement.some(
          ({ Action, Resource }) =>
            all(Action).some((action) => action.startsWith(`${service}:`)) &&
            all(Resource).some((pattern) => pattern !== '*' && fits(pattern, name)),
        );
      });
      expect(refused.map(({ type, id }) => `${type} ${id}`)).toEqual([]);
    });

    test('reaches nothing of others: only what AWS cannot name is granted without one', () => {
      const open = Statement.filter(({ Resource }) => all(Resource).includes('*')).map(({ Sid }) => Sid);
      expect(open).toEqual(['WithoutNames', 'OnlyWithDomain']);
      expect(fits('arn:aws:iam::1:role/longshore-*', 'arn:aws:iam::1:role/admin')).toBe(false);
    });

    test('fits into one managed policy', () => {
      expect(JSON.stringify(JSON.parse(filled)).length).toBeLessThan(MAX_CHARACTERS);
    });
  });
