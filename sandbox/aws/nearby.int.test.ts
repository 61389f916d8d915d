import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nearby } from '#lib/platform/sdk-tuning/nearby';
import { slim, slimConfig } from '#lib/platform/sdk-tuning/slim';
import { callAws } from '../runtime/call-aws.ts';
import { LostConnection } from './faults/lost-connection.ts';
import { askNearby, serveNearby } from './nearby.ts';
import { type Handle, type Listener, serve } from './serve.ts';

let handle: Handle;
let listener: Listener;
let port: MessagePort;

beforeEach(async () => {
  handle = () => ({ TableNames: ['Łódź'] });
  listener = await serve({
    targets: ['DynamoDB_20120810'],
    contentType: 'application/x-amz-json-1.0',
    accessKeyId: 'AKIALOCAL1',
    handle: (...call) => handle(...call),
  });
  const { port1, port2 } = new MessageChannel();
  serveNearby(port2, [listener]);
  askNearby(port1, [listener.endpoint]);
  port = port1;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIALOCAL1');
});

afterEach(async () => {
  port.close();
  await vi.waitUntil(() => nearby.size === 0);
  vi.unstubAllEnvs();
  await listener.close();
});

function ask(accessKeyId = 'AKIALOCAL1') {
  const credentials = { accessKeyId, secretAccessKey: 'any' };
  const config = { endpoint: listener.endpoint, region: 'us-east-1', credentials };
  return slim(new DynamoDBClient({ ...slimConfig, ...config })).send(new ListTablesCommand());
}

it('answers the SDK of a thread without the endpoint’s socket, and nobody who does not sign', async () => {
  await listener.close();
  expect((await ask()).TableNames).toEqual(['Łódź']);
  await expect(ask('AKIALOCAL2')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

it('tells the service which invocation a request of the SDK is of', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'ingest');
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1;Lineage=a:1');
  const traces: unknown[] = [];
  handle = (_operation, _input, { trace }) => {
    traces.push(trace);
    return { TableNames: [] };
  };
  await ask();
  expect(traces).toEqual(['Root=1;Lineage=a:1']);
});

it('has the SDK ask again where the connection breaks', async () => {
  let calls = 0;
  handle = () => {
    calls += 1;
    if (calls === 1) throw new LostConnection();
    return { TableNames: [] };
  };
  expect((await ask()).TableNames).toEqual([]);
  expect(calls).toBe(2);
});

it('tells the service of a caller that hung up', async () => {
  const stopping = new AbortController();
  const gone = new Promise<void>((resolve) => {
    handle = (_operation, _input, { onClose }) => {
      onClose(resolve);
      stopping.abort();
      return new Promise(() => {});
    };
  });
  const asked = callAws(listener.endpoint, 'DynamoDB_20120810.ListTables', {}, stopping.signal);
  await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
  await gone;
});

it('tells the service of a thread that is gone', async () => {
  const gone = new Promise<void>((resolve) => {
    handle = (_operation, _input, { onClose }) => {
      onClose(resolve);
      port.close();
      return new Promise(() => {});
    };
  });
  await expect(callAws(listener.endpoint, 'DynamoDB_20120810.ListTables', {})).rejects.toMatchObject({
    code: 'ECONNRESET',
  });
  await gone;
});

it('breaks what waits when the other thread is gone, and asks the endpoint from then on', async () => {
  handle = () => {
    port.close();
    return new Promise(() => {});
  };
  const asked = callAws(listener.endpoint, 'DynamoDB_20120810.ListTables', {});
  await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(nearby.size).toBe(0);
  handle = () => ({ TableNames: ['over HTTP'] });
  expect((await ask()).TableNames).toEqual(['over HTTP']);
});
