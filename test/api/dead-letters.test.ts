import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putFailed, workOnce } from './failing.ts';
import { type Answer, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const sqs = new SQSClient({});
async function send(queue: string, body: string): Promise<void> {
  const { queueUrl } = await import('#lib/platform/settings');
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(queue), MessageBody: body }));
}
/** Takes and returns everything in a queue. */
async function drain(queue: string): Promise<string[]> {
  const { deleteMessages, takeMessages } = await import('#lib/platform/queue/redrive');
  const all: string[] = [];
  for (;;) {
    const taken = await takeMessages(queue, 60);
    if (taken.length === 0) return all;
    all.push(...taken.map(({ body }) => body));
    await deleteMessages(queue, taken);
  }
}
const list = async (queue: string): Promise<Answer['body']> =>
  (await api.call('GET', `/dead-letters?queue=${queue}`)).body;

const inbound = {
  id: 'evt_1',
  connection: 'shop',
  topic: 'order-paid',
  receivedBy: 'webhook',
  receivedAt: '2026-11-20T08:15:00.000Z',
  body: '{"odd":  "spacing"}',
  encoding: 'utf8',
};

test('what crashed is told from what died, and looking takes nothing out', async () => {
  const queue = 'marketful-dead-letters';
  const dead = await putFailed('died', { code: 'http_422' });
  const { deadLetter } = await import('#lib/deliveries/ring');
  await deadLetter(dead);
  await send(queue, JSON.stringify({ deliveryId: dead.id }));
  await send(queue, 'not json');
  const seen = await list(queue);
  expect(seen.queues).toEqual([{ queue, total: 3, complete: true }]);
  const cause = { code: 'http_422', description: 'no such carrier' };
  expect(seen.deadLetters).toHaveLength(3);
  expect(seen.deadLetters).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'died', delivery: { id: dead.id, state: 'dead', cause }, event: null }),
      expect.objectContaining({ kind: 'crashed', delivery: { id: dead.id, state: 'dead', cause } }),
      expect.objectContaining({ kind: 'crashed', body: 'not json', delivery: null, source: 'marketful-deliveries' }),
    ]),
  );
  const ids = ({ deadLetters }: Answer['body']) => deadLetters.map(({ id }: { id: string }) => id).sort();
  expect(ids(await list(queue))).toEqual(ids(seen));
  const { body } = await api.call('GET', '/dead-letters');
  expect(ids(body)).toEqual(ids(seen));
  expect(body.queues.length).toBeGreaterThan(2);
});

test('crashed messages go back as they were, died ones stay until their delivery lives again', async () => {
  const queue = 'marketful-dead-letters';
  await drain('marketful-deliveries');
  const dry = await api.call('POST', '/dead-letters/replay', { body: { queue, dryRun: true } });
  expect(dry).toMatchObject({
    status: 200,
    body: { dryRun: true, queue, moved: 2, dropped: 0, kept: 1, complete: true },
  });
  expect(await drain('marketful-deliveries')).toEqual([]);
  const ask = { queue, reason: 'the bug is fixed' };
  const { status, body } = await api.call('POST', '/dead-letters/replay', { body: ask });
  expect({ status, body }).toMatchObject({ status: 202, body: { moved: 2, dropped: 0, kept: 1, complete: true } });
  expect((await drain('marketful-deliveries')).sort()).toEqual(['not json', expect.stringContaining('dlv_')]);
  const left = await list(queue);
  expect(left.deadLetters).toMatchObject([{ kind: 'died' }]);
  expect((await api.call('GET', `/replays/${body.replayId}`)).body).toMatchObject({
    ...{ by: 'operator', reason: 'the bug is fixed', queue, state: 'finished', matched: 2, succeeded: 2 },
    endedAt: expect.any(String),
  });

  const [{ delivery }] = left.deadLetters;
  await api.call('POST', `/deliveries/${delivery.id}/replay`);
  await workOnce(delivery.id);
  const again = await api.call('POST', '/dead-letters/replay', { body: { queue } });
  expect(again.body).toMatchObject({ moved: 0, dropped: 1, kept: 0 });
  expect((await list(queue)).deadLetters).toEqual([]);
});

test('an inbound event that crashed ingest shows which, and goes back to the byte', async () => {
  const text = JSON.stringify(inbound, null, 1);
  await send('inbound-dead-letters', text);
  const [letter] = (await list('inbound-dead-letters')).deadLetters;
  const { body: _body, encoding: _encoding, ...event } = inbound;
  expect(letter).toMatchObject({ kind: 'crashed', source: 'inbound', event, delivery: null });
  await api.call('POST', '/dead-letters/replay', { body: { queue: 'inbound-dead-letters' } });
  expect(await drain('inbound')).toEqual([text]);
  expect((await list('inbound-dead-letters')).deadLetters).toEqual([]);
});

test('cut off between sending and deleting, a message is there twice and lost never', async () => {
  const queue = 'inbound-dead-letters';
  for (let index = 0; index < 12; index++) await send(queue, JSON.stringify({ ...inbound, id: `evt_${index}` }));
  const send10 = SQSClient.prototype.send;
  SQSClient.prototype.send = function cutOff(this: SQSClient, command: { constructor: { name: string } }) {
    if (command.constructor.name === 'DeleteMessageBatchCommand') throw new Error('the power is out');
    return Reflect.apply(send10, this, [command]);
  } as typeof send10;
  try {
    expect(await api.call('POST', '/dead-letters/replay', { body: { queue } })).toMatchObject({ status: 500 });
  } finally {
    SQSClient.prototype.send = send10;
  }
  const idsIn = async (name: string) => (await drain(name)).map((body) => JSON.parse(body).id as string);
  const moved = await idsIn('inbound');
  expect(moved).toHaveLength(10);
  // Ten are hidden for a minute and come back; the other two were never touched.
  const left = await idsIn(queue);
  expect(new Set([...moved, ...left]).size).toBe(12);
  const { replays } = (await api.call('GET', '/replays?limit=1')).body;
  expect(replays).toMatchObject([{ queue, state: 'running', endedAt: null }]);
  const { advanceReplay } = await import('#lib/replays/advance');
  await advanceReplay(replays[0].id, { now: () => new Date(Date.now() + 180_000) });
  expect((await api.call('GET', `/replays/${replays[0].id}`)).body).toMatchObject({ state: 'interrupted' });
});

test('a queue that is none is 400, whatever one does with it', async () => {
  for (const queue of ['inbound', 'schedule-dead-letters', '']) {
    const answer = await api.call('POST', '/dead-letters/replay', { body: { queue } });
    expect(answer).toMatchObject({ status: 400, body: { error: { field: 'queue' } } });
  }
  expect(await api.call('GET', '/dead-letters?queue=inbound')).toMatchObject({ status: 400 });
});
