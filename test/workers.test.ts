import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeliveryDied } from '#events/delivery-died';
import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import { RejectedError, RetryableError, UnknownOutcomeError } from '#lib/errors';
import type { Connector, PushContext } from '#lib/marketplaces/contract';
import { applySnapshot } from '#lib/orders/apply';
import { snapshotOf, sourceOf } from '#lib/orders/test-orders';
import { functions, queues } from '#lib/topology';
import { eventually } from './support/hub.ts';
import { type InProcess, startInProcess } from './support/in-process.ts';

const shed = (id: string, accessToken: string) => ({
  id,
  marketplace: 'marketful',
  baseUrl: 'http://127.0.0.1:9',
  secrets: { accessToken, userId: `user-of-${id}`, webhookSecret: 'w' },
});
const shop = {
  id: 'shop',
  marketplace: 'scopio',
  baseUrl: 'http://127.0.0.1:9',
  secrets: { apiKey: 'shop-key', webhookSecret: 'w' },
};

let hub: InProcess;
let ledger: typeof import('#lib/deliveries/ledger');
let workDelivery: typeof import('#lib/deliveries/work').workDelivery;
let marketful: Connector;
let scopio: Connector;
beforeAll(async () => {
  vi.stubEnv('RETRY_INTERVAL_SECONDS', '0');
  hub = await startInProcess({ connections: [shop, shed('shed-a', 'token-a'), shed('shed-b', 'token-b')] });
  ledger = await import('#lib/deliveries/ledger');
  ({ workDelivery } = await import('#lib/deliveries/work'));
  marketful = (await import('#lib/marketplaces/marketful/index')).connector;
  scopio = (await import('#lib/marketplaces/scopio/index')).connector;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
});
beforeEach(async () => {
  for (const { name, deadLetterQueue } of queues) await Promise.all([hub.drain(name), hub.drain(deadLetterQueue)]);
});

let count = 0;
/** An order on record and one delivery of it that is due. */
async function open(changes: Partial<NewDelivery> = {}): Promise<string> {
  const { transact } = await import('#lib/aws/table');
  const { commitOrder } = await import('#lib/orders/store');
  count += 1;
  const snapshot = snapshotOf({ externalId: `ord_${count}`, number: `N-${count}` });
  const { order } = applySnapshot(null, snapshot, sourceOf(0, { connection: 'shop' }));
  const now = new Date();
  await commitOrder({ order, previous: null, timeline: [], deliveries: [], origin: 'test', now });
  const asked: NewDelivery = {
    id: `dlv_${count}`,
    kind: 'push',
    action: 'order',
    connection: 'shed-a',
    marketplace: 'marketful',
    order: order.id,
    subject: { lineItems: [{ id: 'li_1', quantity: 2 }] },
    ...changes,
  };
  await transact([ledger.putNewDelivery(ledger.openDelivery(asked, now.toISOString()))]);
  return asked.id;
}

const read = async (id: string): Promise<Delivery> => {
  const delivery = await ledger.getDelivery(id);
  if (!delivery) throw new Error(`no delivery ${id}`);
  return delivery;
};
const outcomes = async (id: string) => (await ledger.getAttempts(id)).map(({ outcome, code }) => code ?? outcome);

/** Marketful with another hand at the wire; what it was asked to do is in `calls`. */
function fake({ push = async () => ({}), probe = async () => null }: Partial<Connector['push'][string]> = {}) {
  const calls: string[] = [];
  const contexts: PushContext[] = [];
  const note = (what: string, run: (context: PushContext) => Promise<unknown>) => (context: PushContext) => {
    calls.push(what);
    contexts.push(context);
    return run(context);
  };
  const order = { push: note('push', push), probe: note('probe', probe) } as Connector['push'][string];
  return { calls, contexts, connector: { ...marketful, push: { ...marketful.push, order } } };
}

const lost = () => Promise.reject(new UnknownOutcomeError({ code: 'timeout', description: 'no answer' }));
const refused = () => Promise.reject(new RetryableError({ code: 'http_503', description: 'busy' }));

describe('4: one worker at a time, and a probe after an unknown outcome', () => {
  test('ten pushers rung for one delivery at once push it once', async () => {
    const id = await open();
    const { calls, connector } = fake({
      push: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return { remoteId: '1' };
      },
    });
    await Promise.all(Array.from({ length: 10 }, () => workDelivery(id, connector)));
    await workDelivery(id, connector);
    expect(calls).toEqual(['push']);
    expect(await read(id)).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  });

  test('what the probe finds is not pushed again', async () => {
    const id = await open();
    const { calls, connector } = fake({ push: lost, probe: async () => ({ remoteId: '77' }) });
    await workDelivery(id, connector);
    expect(await read(id)).toMatchObject({ state: 'pending', unknown: true });
    await workDelivery(id, connector);
    expect(calls).toEqual(['push', 'probe']);
    expect(await outcomes(id)).toEqual(['timeout', 'succeeded']);
  });

  test('a probe that gets no answer is asked again before anything is pushed', async () => {
    const id = await open();
    const probes = [refused, lost, async () => null];
    const { calls, connector } = fake({
      push: () => (calls.length === 1 ? lost() : Promise.resolve({})),
      probe: () => (probes.shift() ?? refused)(),
    });
    for (let ring = 0; ring < 5; ring++) await workDelivery(id, connector);
    expect(calls).toEqual(['push', 'probe', 'probe', 'probe', 'push']);
    expect((await read(id)).state).toBe('succeeded');
  });

  test('a worker that died with its lease leaves an unknown outcome, an attempt on record and a probe', async () => {
    const id = await open();
    const { calls, connector } = fake({ probe: async () => ({ remoteId: '9' }) });
    const leased = await ledger.leaseDelivery(await read(id), new Date(Date.now() - 91_000));
    expect(leased?.state).toBe('leased');
    await workDelivery(id, connector);
    await workDelivery(id, connector);
    expect(calls).toEqual(['probe']);
    expect(await outcomes(id)).toEqual(['worker_lost', 'succeeded']);
  });

  test('visibility timeout shorter than the request timeout: a lease outlives the longest push', async () => {
    const now = new Date();
    const leased = await ledger.leaseDelivery(await read(await open()), now);
    const seconds = (Date.parse(leased?.lease?.until ?? '') - now.getTime()) / 1000;
    for (const { timeoutSeconds } of functions.filter(({ name }) => name.startsWith('pusher-')))
      expect(seconds).toBeGreaterThan(timeoutSeconds);
    for (const { visibilityTimeoutSeconds } of queues) expect(visibilityTimeoutSeconds).toBeGreaterThan(seconds);
  });

  test('an outcome that comes after the lease went to somebody else is not written over theirs', async () => {
    const id = await open();
    const { connector } = fake({
      push: async () => {
        const stale = await read(id);
        await ledger.transition(stale, { ...stale, state: 'succeeded', lease: null, updatedAt: 'later' });
        return {};
      },
    });
    await workDelivery(id, connector);
    expect(await read(id)).toMatchObject({ state: 'succeeded', updatedAt: 'later', attemptCount: 0 });
  });
});

describe("5: a pusher cannot act for a connection other than the delivery's own", () => {
  test('a message in the wrong queue does nothing at all', async () => {
    const id = await open();
    const push = vi.fn(async () => ({}));
    const order = { push, probe: async () => null };
    await workDelivery(id, { ...scopio, push: { order, fulfillment: order } });
    expect(push).not.toHaveBeenCalled();
    expect(await read(id)).toMatchObject({ state: 'pending', attemptCount: 0, lease: null });
  });

  test.each(['shed-a', 'shed-b'])(
    'a delivery of %s is pushed with its own settings and secrets',
    async (connection) => {
      const { connector, contexts } = fake();
      await workDelivery(await open({ connection }), connector);
      expect(contexts).toMatchObject([
        { connection: { id: connection }, secrets: { accessToken: connection.replace('shed', 'token') } },
      ]);
    },
  );

  test('a connection that is gone, or of another marketplace now, blocks and calls nobody', async () => {
    const id = await open({ connection: 'shed-c' });
    const { calls, connector } = fake();
    await workDelivery(id, connector);
    expect(calls).toEqual([]);
    expect(await read(id)).toMatchObject({ state: 'blocked', cause: { code: 'connection_missing' } });
  });
});

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
    await ledger.transition(pending, {
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
    const { replayDelivery } = await import('#lib/replays/start');
    const { getTimeline } = await import('#lib/orders/store');
    const id = await open();
    const { calls, connector } = fake({ push: async () => ({}), probe: async () => ({}) });
    await workDelivery(id, connector);
    const settings = { by: 'Luz', reason: 'they lost it', perMinute: 60, canary: false };
    const replay = await replayDelivery(await read(id), settings);
    await workDelivery(id, connector);
    // It has happened before, so it is looked for before it is done again.
    expect(calls).toEqual(['push', 'probe']);
    const { order } = await read(id);
    expect(await getTimeline(order ?? '')).toContainEqual(
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
  const urlOf = async (queue: string) => (await import('#lib/settings')).queueUrl(queue);
  const toEvent = (records: Array<[id: string, body: string]>) =>
    ({ Records: records.map(([messageId, body]) => ({ messageId, body })) }) as unknown as SQSEvent;
  type Handler = (event: SQSEvent, context: object) => Promise<SQSBatchResponse>;
  const pusher = async () => (await import('#functions/pushers/marketful')).handler as unknown as Handler;

  test("a message that crashes its function ends in the queue's own redrive, as it was, and is no died delivery", async () => {
    const handler = await pusher();
    const QueueUrl = await urlOf('marketful-deliveries');
    const { maxReceiveCount = 0 } = queues.find(({ name }) => name === 'marketful-deliveries') ?? {};
    await new SQSClient({}).send(new SendMessageCommand({ QueueUrl, MessageBody: '{"poison":true}' }));
    for (let receive = 1; receive <= maxReceiveCount; receive++) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      const [{ MessageId = '', Body = '', ReceiptHandle } = {}] = Messages;
      expect(await handler(toEvent([[MessageId, Body]]), {})).toEqual({
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
    const handler = await pusher();
    const good = JSON.stringify({ deliveryId: 'dlv_unknown' });
    const failures = async (records: Array<[string, string]>) =>
      (await handler(toEvent(records), {})).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
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

test('accepted, nothing delivered, no trace: the sweeper rings again for what is due and was not served', async () => {
  const { sweep } = await import('#lib/deliveries/sweep');
  const due = await open();
  const leased = await open();
  const served = await open();
  await workDelivery(served, fake().connector);
  await ledger.leaseDelivery(await read(leased), new Date(Date.now() - 91_000));
  const rung = async (now: Date) => {
    await sweep(now);
    return (await hub.drain('marketful-deliveries')).map((body) => JSON.parse(body).deliveryId);
  };
  const later = await rung(new Date(Date.now() + 31_000));
  expect(later).toEqual(expect.arrayContaining([due, leased]));
  expect(later).not.toContain(served);
});
