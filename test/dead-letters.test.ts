import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeliveryDied } from '#events/delivery-died';
import { handler } from '#functions/pushers/marketful';
import { transition } from '#lib/deliveries/ledger';
import { getOrder, getTimeline } from '#lib/orders/store';
import { RejectedError } from '#lib/platform/errors';
import { queueUrl } from '#lib/platform/settings';
import { replayDelivery } from '#lib/replays/start';
import { queues } from '#lib/topology';
import { eventually } from './support/hub.ts';
import type { InProcess } from './support/in-process.ts';
import { emptyQueues, fake, open, read, refused, startWorkers, workDelivery } from './support/workers.ts';

let hub: InProcess;
beforeAll(async () => {
  vi.stubEnv('RETRY_INTERVAL_SECONDS', '0');
  hub = await startWorkers();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
});
beforeEach(() => emptyQueues(hub));

describe('7: the dead-letter queue', () => {
  const died = async () => (await hub.drain('marketful-dead-letters')).map((body) => JSON.parse(body));

  test('a delivery that died after four attempts leaves one message that names it and its cause', async () => {
    const id = await open();
    const { calls, connector } = fake({ push: refused });
    for (let ring = 0; ring < 8; ring++) await workDelivery(id, connector);
    expect(calls).toHaveLength(4);
    expect(await read(id)).toMatchObject({ state: 'dead', deadLettered: true });
    const messages = await died();
    expect(messages).toMatchObject([
      { deliveryId: id, connection: 'shed-a', action: 'order', cause: { code: 'http_503' } },
    ]);
    expect(DeliveryDied.safeParse(messages[0]).success).toBe(true);
  });

  test('a crash between death and its message is made good by the next ring', async () => {
    const id = await open();
    const pending = await read(id);
    await transition(pending, {
      ...pending,
      state: 'dead',
      nextAttemptAt: null,
      cause: { code: 'x', description: '' },
    });
    await workDelivery(id, fake().connector);
    await workDelivery(id, fake().connector);
    expect(await died()).toMatchObject([{ deliveryId: id }]);
  });

  test('replay swallowed by dedup: a replay always runs, also of what has succeeded, and says it is one', async () => {
    const id = await open();
    const { calls, connector } = fake({ push: async () => ({}), probe: async () => ({}) });
    await workDelivery(id, connector);
    const settings = { by: 'Luz', reason: 'they lost it', perMinute: 60, canary: false };
    const replay = await replayDelivery(await read(id), settings);
    await workDelivery(id, connector);
    // It may have been done already, so it is looked for first.
    expect(calls).toEqual(['push', 'probe']);
    const { order } = await read(id);
    const found = await getOrder(order ?? '');
    expect(found && (await getTimeline(found))).toContainEqual(
      expect.objectContaining({
        type: 'delivery.replayed',
        by: 'Luz',
        detail: { delivery: id, replay: replay?.id, reason: 'they lost it' },
      }),
    );
  });
});

describe('the queue and the ledger are told apart', () => {
  const sqs = new SQSClient({});
  const toEvent = (records: Array<[id: string, body: string]>) =>
    ({ Records: records.map(([messageId, body]) => ({ messageId, body, attributes: {} })) }) as unknown as SQSEvent;
  type Handler = (event: SQSEvent, context: object) => Promise<SQSBatchResponse>;
  const pusher = handler as unknown as Handler;

  test("a message that crashes its function ends in the queue's own redrive, as it was, and is no died delivery", async () => {
    const QueueUrl = queueUrl('marketful-deliveries');
    const { maxReceiveCount = 0 } = queues.find(({ name }) => name === 'marketful-deliveries') ?? {};
    await new SQSClient({}).send(new SendMessageCommand({ QueueUrl, MessageBody: '{"poison":true}' }));
    for (let receive = 1; receive <= maxReceiveCount; receive++) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      const [{ MessageId = '', Body = '', ReceiptHandle } = {}] = Messages;
      expect(await pusher(toEvent([[MessageId, Body]]), {})).toEqual({
        batchItemFailures: [{ itemIdentifier: MessageId }],
      });
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    }
    expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? []).toEqual([]);
    const dead = await eventually(async () => {
      const bodies = await hub.drain('marketful-dead-letters');
      return bodies.length > 0 && bodies;
    }, 'the redriven message');
    expect(dead).toEqual(['{"poison":true}']);
    expect(DeliveryDied.safeParse(JSON.parse(dead[0] ?? '')).success).toBe(false);
  });

  test('state leaked between warm invocations: the same instance serves bad, then mixed, then good batches', async () => {
    const good = JSON.stringify({ deliveryId: 'dlv_unknown' });
    const failures = async (records: Array<[string, string]>) =>
      (await pusher(toEvent(records), {})).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    expect(await failures([['a', 'not JSON']])).toEqual(['a']);
    expect(
      await failures([
        ['b', good],
        ['c', '{}'],
        ['d', good],
      ]),
    ).toEqual(['c']);
    expect(
      await failures([
        ['e', good],
        ['f', good],
      ]),
    ).toEqual([]);
  });

  test("customers' 4xx filled the dead-letter queue: a refusal is acknowledged, and is a delivery with a cause", async () => {
    const id = await open();
    const refusal = new RejectedError({ code: 'http_422', description: 'no such colonia', httpStatus: 422 });
    await workDelivery(id, fake({ push: () => Promise.reject(refusal) }).connector);
    expect(await read(id)).toMatchObject({ state: 'dead', attemptCount: 1, cause: { code: 'http_422' } });
    const dead = (await hub.drain('marketful-dead-letters')).map((body) => DeliveryDied.parse(JSON.parse(body)));
    expect(dead).toMatchObject([{ deliveryId: id, cause: { code: 'http_422', description: 'no such colonia' } }]);
  });
});
