import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { envName, functions, queues, schedules, streams } from '#lib/topology';
import { awsEnvironment, type RunningAws, startAws } from '#sandbox/aws/index';
import { serveLoopback } from '#sandbox/loopback';
import { provision } from '#sandbox/provision';
import type { Handler } from '#sandbox/runtime/handlers';
import { createApiGateway } from '#sandbox/runtime/http';
import { consumeQueues } from '#sandbox/runtime/queues';
import { periodSeconds, runSchedules } from '#sandbox/runtime/schedules';
import { consumeStreams } from '#sandbox/runtime/streams';
import type { Graph } from '../graph.ts';
import { routeTargets, scheduleTargets } from './routes-and-schedules.ts';

/** Asks the running local runtime, not its source: what it really does must match the graph. */
export const describeAgreement = (graph: Graph) =>
  describe('the local runtime and the stacks agree', () => {
    const data = mkdtempSync(join(tmpdir(), 'longshore-agreement-'));
    let aws: RunningAws;
    let environment: Record<string, string>;

    beforeAll(async () => {
      aws = await startAws({ dataDir: data });
      Object.assign(process.env, awsEnvironment(aws));
      environment = await provision();
      Object.assign(process.env, environment);
    });
    afterAll(async () => {
      await aws.stop();
      rmSync(data, { recursive: true, force: true });
    });

    const deployedName = (arn: unknown) =>
      functions.find(({ name }) => graph.function(name).state.arn === arn)?.name ?? `nothing known at ${arn}`;
    /** Handlers that only record who was called with which event. */
    function recordCalls() {
      const calls: Array<{ name: string; event: unknown }> = [];
      const record =
        (name: string): Handler =>
        async (event) => {
          calls.push({ name, event });
          return { statusCode: 200, batchItemFailures: [] };
        };
      return { calls, handlers: new Map(functions.map(({ name }) => [name, record(name)])) };
    }

    test('on the functions', () => {
      // In a Node process, as the hub runs them: vitest rewrites imports whose path is computed.
      const script = `import { functions } from '#lib/topology';
        const isThere = async ([file, exported]) => typeof (await import('./' + file + '.ts'))[exported] === 'function';
        for (const { name, handler } of functions) if (await isThere(handler.split('.'))) console.log(name);`;
      const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
      const local = execFileSync(process.execPath, flags, { encoding: 'utf8' }).trim().split('\n');
      const deployed = graph.all('lambda/function:Function').map(({ state }) => deployedName(state.arn));
      expect(local.sort()).toEqual(deployed.sort());
    });

    test('on the routes', async () => {
      const { calls, handlers } = recordCalls();
      const gateway = await serveLoopback(createApiGateway(handlers));
      const targets = [...routeTargets(graph)];
      for (const [route] of targets) {
        const [method = '', path = ''] = route.split(' ');
        const url = gateway.url + path.replace('{path+}', 'one/two');
        await fetch(url, { method: method === 'ANY' ? 'PUT' : method });
      }
      await gateway.close();
      const local = calls.map(({ name, event }) => [(event as { routeKey: string }).routeKey, name]);
      expect(local).toEqual(targets.map(([route, arn]) => [route, deployedName(arn)]));
    });

    test('on the schedules', async () => {
      const { calls, handlers } = recordCalls();
      await runSchedules(handlers, 60).stop();
      const deployed = scheduleTargets(graph).map(({ arn, event }) => ({ name: deployedName(arn), event }));
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
      expect(calls.sort(byName)).toEqual(deployed.sort(byName));
    });

    test('on how often the clock ticks when nothing shortens it', () => {
      for (const { expression, event } of scheduleTargets(graph)) {
        const spec = schedules.find(({ name }) => name === event.name);
        const minutes = Number(/^rate\((\d+) minutes?\)$/.exec(String(expression))?.[1]);
        expect(spec && periodSeconds(spec, 3600), event.name).toBe(minutes * 60);
      }
    });

    test('on who consumes which queue', async () => {
      const { calls, handlers } = recordCalls();
      const sqs = new SQSClient({});
      const consumer = consumeQueues(handlers);
      for (const { name } of queues)
        await sqs.send(
          new SendMessageCommand({ QueueUrl: environment[envName.queueUrl(name)], MessageBody: `to ${name}` }),
        );
      for (let waited = 0; calls.length < queues.length && waited < 10_000; waited += 20) await sleep(20);
      await consumer.stop();
      const local = calls.map(({ name, event }) => [
        (event as { Records: Array<{ body: string }> }).Records[0]?.body,
        name,
      ]);
      const deployed = graph.all('lambda/eventSourceMapping:EventSourceMapping').flatMap(({ inputs }) => {
        const queue = queues.find(({ name }) => graph.queue(name).state.arn === inputs.eventSourceArn);
        return queue ? [[`to ${queue.name}`, deployedName(inputs.functionName)]] : [];
      });
      expect(local.sort()).toEqual(deployed.sort());
    });

    test.each(queues)('on the visibility timeout and the redrive of $name', async ({ name, deadLetterQueue }) => {
      const { Attributes = {} } = await new SQSClient({}).send(
        new GetQueueAttributesCommand({ QueueUrl: environment[envName.queueUrl(name)], AttributeNames: ['All'] }),
      );
      const local = JSON.parse(Attributes.RedrivePolicy ?? '{}') as Redrive;
      const { inputs } = graph.queue(name);
      const deployed = JSON.parse(String(inputs.redrivePolicy)) as Redrive;
      expect(Number(Attributes.VisibilityTimeout)).toBe(inputs.visibilityTimeoutSeconds);
      expect(Number(local.maxReceiveCount)).toBe(deployed.maxReceiveCount);
      expect(local.deadLetterTargetArn.split(':').at(-1)).toBe(deadLetterQueue);
      expect(deployed.deadLetterTargetArn).toBe(graph.queue(deadLetterQueue).state.arn);
    });

    test('on the table', async () => {
      const db = new DynamoDBClient({});
      const TableName = environment[envName.table];
      const { Table } = await db.send(new DescribeTableCommand({ TableName }));
      const { TimeToLiveDescription } = await db.send(new DescribeTimeToLiveCommand({ TableName }));
      const { inputs } = graph.one('dynamodb/table:Table');
      expect(Table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual([inputs.hashKey, inputs.rangeKey]);
      const indexes = Table?.GlobalSecondaryIndexes?.map(({ IndexName: name, KeySchema, Projection }) => ({
        name,
        hashKey: KeySchema?.[0]?.AttributeName,
        rangeKey: KeySchema?.[1]?.AttributeName,
        projectionType: Projection?.ProjectionType,
      }));
      const byName = (a: { name?: unknown }, b: { name?: unknown }) => String(a.name).localeCompare(String(b.name));
      expect(indexes?.sort(byName)).toEqual(
        [...(inputs.globalSecondaryIndexes as Array<{ name: string }>)].sort(byName),
      );
      expect(TimeToLiveDescription?.AttributeName).toBe((inputs.ttl as { attributeName: string }).attributeName);
    });

    test('on the stream of the table, and who follows it', async () => {
      const { calls, handlers } = recordCalls();
      const { Table } = await new DynamoDBClient({}).send(
        new DescribeTableCommand({ TableName: environment[envName.table] }),
      );
      const { inputs } = graph.one('dynamodb/table:Table');
      expect([Table?.StreamSpecification?.StreamEnabled, Table?.StreamSpecification?.StreamViewType]).toEqual([
        inputs.streamEnabled,
        inputs.streamViewType,
      ]);
      const { db } = await import('#lib/platform/table/table');
      for (const sk of ['ORDER', 'TIMELINE#1', 'DELIVERY', 'PRODUCT'])
        await db.put({ Item: { pk: 'a', sk, state: sk === 'DELIVERY' ? 'pending' : 'succeeded' } });
      const following = consumeStreams(handlers, { positionsFile: join(data, 'positions.json') });
      for (let waited = 0; calls.length < 1 && waited < 10_000; waited += 20) await sleep(20);
      await following.stop();
      const keys = calls.flatMap(({ event }) =>
        (event as DynamoDBStreamEvent).Records.map(({ dynamodb }) => dynamodb?.Keys?.sk?.S),
      );
      expect(keys.sort()).toEqual(['ORDER', 'PRODUCT']);
      expect(new Set(calls.map(({ name }) => name))).toEqual(new Set(streams.map(({ consumer }) => consumer)));
    });

    test('on the names of the environment', () => {
      const settings = [
        'AWS_REGION',
        'PUBLIC_URL',
        'RETRY_LIMIT',
        'RETRY_INTERVAL_SECONDS',
        'RETENTION_BUYER_DAYS',
        'RETENTION_ORDER_DAYS',
        'AWAY_AFTER_FAILURES',
        'AWAY_AFTER_SECONDS',
        'AWAY_PROBE_SECONDS',
        'NOTIFY_SCHEDULE_SECONDS',
        'ENDPOINT_PAUSE_AFTER_SECONDS',
      ];
      const deployed = Object.keys(graph.outputs.environment).filter((name) => !settings.includes(name));
      expect(Object.keys(environment).sort()).toEqual(deployed.sort());
    });
  });

interface Redrive {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}
