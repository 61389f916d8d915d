import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { disturbDynamoDb } from './dynamodb.ts';
import { disturb } from './index.ts';
import { LostConnection } from './lost-connection.ts';
import { type FaultPlan, openFaultPlan } from './plan.ts';
import { disturbSqs } from './sqs.ts';

const folder = mkdtempSync(join(tmpdir(), 'longshore-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TABLE = [
  [0.1, 'throttled'],
  [0.1, 'lost'],
] as const;

/** The faults that the first calls about several things would meet. */
function scheduleOf(seed: string, on = true): Array<string | undefined> {
  const path = join(folder, `${seed}-${on}.json`);
  writeFileSync(path, JSON.stringify({ seed, on }));
  const plan = openFaultPlan(path);
  const names = Array.from({ length: 50 }, (_, index) => `thing ${index}`);
  return names.flatMap((name) => [0, 1, 2].map(() => plan.take('PutItem', name, TABLE)));
}

test('a seed gives the same faults again, another seed others, and none once they are off', () => {
  expect(scheduleOf('a')).toEqual(scheduleOf('a'));
  expect(scheduleOf('b')).not.toEqual(scheduleOf('a'));
  expect(new Set(scheduleOf('a'))).toEqual(new Set(['throttled', 'lost', undefined]));
  expect(new Set(scheduleOf('a', false))).toEqual(new Set([undefined]));
});

test('without the variable nothing stands between the hub and the emulators', () => {
  const services = { dynamoDb: () => 1, sqs: () => 2, secretsManager: () => 3 };
  expect(disturb(services, undefined)).toBe(services);
});

test('a service that is away answers nothing but 503, and the others as ever', () => {
  const path = join(folder, 'away.json');
  writeFileSync(path, JSON.stringify({ seed: 'a', on: false, away: ['sqs'] }));
  const services = disturb({ dynamoDb: () => 1, sqs: () => 2, secretsManager: () => 3 }, path);
  expect(services.dynamoDb('GetItem', {}, caller)).toBe(1);
  expect(() => services.sqs('SendMessage', {}, caller)).toThrow(expect.objectContaining({ status: 503 }));
  expect(services.secretsManager('GetSecretValue', {}, caller)).toBe(3);
});

const caller = { onClose: () => undefined };
/** A plan with one fault for everything. */
const always = (kind: string): FaultPlan => ({
  take: ((_operation: string, _about: string, table: ReadonlyArray<readonly [number, string]>) =>
    table.find(([, each]) => each === kind)?.[1]) as FaultPlan['take'],
  visibilitySeconds: () => 8,
  isAway: () => false,
});

test('a write may stand although its answer is lost', async () => {
  const handle = vi.fn(() => ({}));
  const disturbed = disturbDynamoDb(handle, always('done-but-lost'));
  await expect(disturbed('PutItem', {}, caller)).rejects.toBeInstanceOf(LostConnection);
  expect(handle).toHaveBeenCalledOnce();
  await expect(disturbDynamoDb(handle, always('lost'))('PutItem', {}, caller)).rejects.toBeInstanceOf(LostConnection);
  expect(handle).toHaveBeenCalledOnce();
});

test('a transaction is cancelled for a reason that the SDK does not repeat, a single write meets a transaction', async () => {
  const handle = vi.fn(() => ({}));
  for (const reason of ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'] as const)
    await expect(
      disturbDynamoDb(handle, always(reason))('TransactWriteItems', { TransactItems: [{}, {}] }, caller),
    ).rejects.toMatchObject({ details: { CancellationReasons: [{ Code: reason }, { Code: 'None' }] } });
  await expect(disturbDynamoDb(handle, always('conflict'))('PutItem', {}, caller)).rejects.toMatchObject({
    type: expect.stringContaining('#TransactionConflictException'),
  });
  expect(handle).not.toHaveBeenCalled();
});

test('half of a batch of reads is left unprocessed', async () => {
  const keys = [1, 2, 3].map((each) => ({ pk: { S: String(each) } }));
  const answer = await disturbDynamoDb(() => ({ Responses: {} }), always('unprocessed'))(
    'BatchGetItem',
    { RequestItems: { longshore: { Keys: keys } } },
    caller,
  );
  expect(answer).toEqual({ Responses: {}, UnprocessedKeys: { longshore: { Keys: [keys[2]] } } });
});

test('a ring may vanish behind an answer that says it was kept, an inbound event never', async () => {
  const handle = vi.fn(() => ({}));
  const send = (queue: string) =>
    disturbSqs(handle, always('swallowed'))(
      'SendMessage',
      { QueueUrl: `http://q/0/${queue}`, MessageBody: 'x' },
      caller,
    );
  expect(await send('scopio-deliveries')).toMatchObject({ MD5OfMessageBody: '9dd4e461268c8034f5c8564e155c67a6' });
  expect(handle).not.toHaveBeenCalled();
  await send('inbound');
  expect(handle).toHaveBeenCalledOnce();
});

test('entries of a batch fail alone', async () => {
  const answer = await disturbSqs(() => ({ Successful: [], Failed: [] }), always('unavailable'))(
    'SendMessageBatch',
    { QueueUrl: 'http://q/0/inbound', Entries: [{ Id: '0', MessageBody: 'x' }] },
    caller,
  );
  expect(answer).toMatchObject({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] });
});
