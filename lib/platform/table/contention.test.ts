import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { openTable } from './document.ts';
import { transact } from './write.ts';

const Item = { pk: 'a', sk: 'b' };

const cancelled = (...codes: string[]) => ({
  name: 'TransactionCanceledException',
  CancellationReasons: codes.map((Code) => ({ Code })),
});

/** A table whose client throws these errors, then answers; waits take no time. */
function openUnwilling(...errors: object[]) {
  let now = 0;
  let calls = 0;
  const tokens = new Set<unknown>();
  const send = async ({ input }: { input: { ClientRequestToken?: string } }) => {
    tokens.add(input.ClientRequestToken);
    const error = errors[calls++];
    if (error) throw error;
    return {};
  };
  const patience = {
    clock: () => now,
    random: () => 0,
    wait: async (ms: number) => {
      now += ms;
    },
  };
  return {
    table: openTable({ send } as unknown as DynamoDBClient, { nameOf: () => 'things', patience }),
    calls: () => calls,
    tokens: () => [...tokens],
    waitedMs: () => now,
  };
}

test.each(['ThrottlingError', 'ProvisionedThroughputExceeded', 'InternalServerError', 'TransactionConflict'])(
  'a transaction that was cancelled for %s is sent again',
  async (code) => {
    const inProgress = { name: 'TransactionInProgressException' };
    const { table, calls, tokens } = openUnwilling(cancelled('None', code), inProgress, cancelled(code, 'None'));
    expect(await transact([{ Put: { Item } }], table)).toBe(true);
    expect(calls()).toBe(4);
    // As one request: if the first was done and only its answer lost, DynamoDB says so to the others.
    expect(tokens()).toEqual([expect.stringMatching(/^[\w-]{36}$/)]);
  },
);

test('a single write that meets a transaction is sent again', async () => {
  const conflict = { name: 'TransactionConflictException' };
  for (const write of [
    (table: ReturnType<typeof openTable>) => table.put({ Item }),
    (table: ReturnType<typeof openTable>) => table.update({ Key: Item, UpdateExpression: 'REMOVE n' }),
    (table: ReturnType<typeof openTable>) => table.delete({ Key: Item }),
  ]) {
    const { table, calls } = openUnwilling(conflict, conflict);
    await write(table);
    expect(calls()).toBe(3);
  }
});

test('a condition that failed is not contention, whatever else befell the transaction', async () => {
  const { table, calls } = openUnwilling(cancelled('ThrottlingError', 'ConditionalCheckFailed'));
  expect(await transact([{ Put: { Item } }], table)).toBe(false);
  expect(calls()).toBe(1);
});

test('contention is borne for at least five seconds, with growing waits, and then thrown', async () => {
  const { table, calls, waitedMs } = openUnwilling(...Array.from({ length: 99 }, () => cancelled('ThrottlingError')));
  await expect(transact([{ Put: { Item } }], table)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  expect(waitedMs()).toBeGreaterThanOrEqual(5_000);
  expect(waitedMs()).toBeLessThan(10_000);
  expect(calls()).toBeLessThan(25);
});

test('what is wrong with a write itself is thrown at once', async () => {
  const { table, calls } = openUnwilling(cancelled('ValidationError', 'TransactionConflict'));
  await expect(transact([{ Put: { Item } }], table)).rejects.toBeDefined();
  expect(calls()).toBe(1);
});

test.each(['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'])(
  'a request that the SDK gave up for %s, as its client has no tokens left, is sent again',
  async (name) => {
    const Key = Item;
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'a' } };
    for (const request of [
      (table: ReturnType<typeof openTable>) => table.get({ Key }),
      (table: ReturnType<typeof openTable>) => table.query(query),
      (table: ReturnType<typeof openTable>) => table.batchGet([Key]),
      (table: ReturnType<typeof openTable>) => table.put({ Item }),
      (table: ReturnType<typeof openTable>) => table.transactWrite([{ Put: { Item } }]),
      (table: ReturnType<typeof openTable>) => table.batchWrite([{ Item }]),
    ]) {
      const { table, calls } = openUnwilling({ name }, { name });
      await request(table);
      expect(calls()).toBe(3);
    }
  },
);
