import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, PurgeQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Scope } from '#lib/api/kit/keys';
import type { OrderSnapshot } from '#lib/orders/order';
import { queues, table } from '#lib/topology';
import { awsEnvironment, type RunningAws, startAws } from '#sandbox/aws/index';
import { askNearby } from '#sandbox/aws/nearby';
import { putOrder as put } from '../support/put-order.ts';
import { checkDocumented } from './documented.ts';

export interface Call {
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  // The tests read answers as a stranger would: without the hub's types.
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any answer
  body: any;
  /** `Set-Cookie`. */
  cookies: readonly string[];
}

const ALL_KEY = 'key-with-everything';

/** As HTTP APIs decode paths; an invalid escape stays as it is. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

let emulators: Promise<RunningAws> | undefined;

/** The real API handler over the emulators, called as API Gateway calls it. */
export async function startApi() {
  emulators ??= startAws({ dataDir: mkdtempSync(join(tmpdir(), 'longshore-api-')) }).then((aws) => {
    askNearby(aws.connect(), aws.emulated);
    return aws;
  });
  Object.assign(process.env, awsEnvironment(await emulators), { PUBLIC_URL: 'https://hub.example' });
  const { provision } = await import('#sandbox/provision');
  Object.assign(process.env, await provision());
  const { handler } = await import('#functions/ops/api');
  const { putApiKey } = await import('#lib/api/kit/keys');
  const { putConnection, putRoutes } = (await import('#lib/connections/store')).configurationStore;
  await putApiKey(ALL_KEY, 'operator', ['ops']);
  const limits = { pollIntervalSeconds: 600, requestsPerMinute: 60 };
  const user = 'https://user:password@';
  await putConnection({ id: 'shop', marketplace: 'scopio', baseUrl: 'https://shop.test', settings: {}, ...limits });
  await putConnection({
    id: 'shed',
    marketplace: 'marketful',
    baseUrl: `${user}shed.test/api`,
    settings: {},
    ...limits,
  });
  await putRoutes([
    { from: '*', match: { country: 'MX' }, to: 'shed' },
    { from: '*', match: { country: 'SE' }, to: 'erp' },
  ]);

  async function call(method: string, url: string, { key = ALL_KEY, body, headers = {} }: Call = {}): Promise<Answer> {
    const [path = '', query = ''] = url.split('?');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const event = {
      version: '2.0',
      routeKey: 'ANY /{path+}',
      rawPath: decode(path),
      rawQueryString: query,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      requestContext: { http: { method, path }, domainName: 'hub.test' },
      ...(text !== undefined && { body: text }),
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2;
    const result = (await handler(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
    const { statusCode: status = 0, cookies = [] } = result;
    const answer = { status, cookies, body: result.body ? JSON.parse(result.body) : undefined };
    checkDocumented(method, path, answer);
    return answer;
  }

  return {
    call,
    putKey: (key: string, name: string, scopes: Scope[]) => putApiKey(key, name, scopes),
    /** Leaves the emulators to the next file, without what this one put into the table and the queues. */
    async stop() {
      const { queueUrl } = await import('#lib/platform/settings');
      const sqs = new SQSClient({});
      await Promise.all([
        new DynamoDBClient({}).send(new DeleteTableCommand({ TableName: table.name })),
        ...queues
          .flatMap(({ name, deadLetterQueue }) => [name, deadLetterQueue])
          .map((name) => sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl(name) }))),
      ]);
    },
  };
}

/** A paid order of two shirts and a cap as its sales channel would tell it. */
export const snapshotOf = (externalId: string, change: Partial<OrderSnapshot> = {}): OrderSnapshot => ({
  externalId,
  number: `N-${externalId}`,
  placedAt: '2026-11-20T08:15:00.000Z',
  paidAt: '2026-11-20T08:16:00.000Z',
  version: '2026-11-20T08:16:00.000Z',
  cancelled: false,
  currency: 'EUR',
  taxIncluded: true,
  buyer: { first_name: 'Elena', last_name: 'Ruiz', email: 'elena@example.com' },
  shippingAddress: {
    street_address: 'Storgatan 1',
    address_locality: 'Lund',
    postal_code: '222 22',
    address_country: 'SE',
  },
  shippingMethod: null,
  lines: [
    { id: 'li_1', sku: 'SHIRT', title: 'Shirt', quantity: 2, unitPrice: 1000 },
    { id: 'li_2', sku: 'CAP', title: 'Cap', quantity: 1, unitPrice: 500 },
  ],
  amounts: { fulfillment: 0, tax: 0, discount: 0, total: 2500 },
  ...change,
});

/** Puts an order into the hub as ingest does, with the deliveries that follow; returns its id. */
export async function putOrder(externalId: string, change: Partial<OrderSnapshot> = {}, connection = 'shop') {
  const { applySnapshot } = await import('#lib/orders/snapshot');
  const { getNetwork } = await import('#lib/marketplaces/network');
  const source = { connection, event: `evt_${externalId}`, receivedAt: new Date().toISOString() };
  const { order, timeline } = applySnapshot(null, snapshotOf(externalId, change), source);
  return { id: order.id, deliveries: await put(order, { timeline, network: await getNetwork() }) };
}

/** The deliveries that a marketplace's pushers are told to look at, in that order. */
export async function drain(queue: string): Promise<string[]> {
  const { queueUrl } = await import('#lib/platform/settings');
  const sqs = new SQSClient({});
  const QueueUrl = queueUrl(queue);
  const ids: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return ids;
    for (const { Body = '{}', ReceiptHandle } of Messages) {
      ids.push(JSON.parse(Body).deliveryId);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}
