import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { client, db } from '#lib/platform/table/document';
import { getItems } from '#lib/platform/table/read';
import { type FunctionSpec, functions } from '#lib/topology';
import { enforceTableGrants, runAs } from './permissions.ts';

const ALLOWED = 'was allowed';

// What is allowed ends in the next middleware, as there is no table here.
const stopHere = async () => {
  throw new Error(ALLOWED);
};
beforeAll(() => {
  vi.stubEnv('TABLE_NAME', 'any');
  enforceTableGrants();
  client.middlewareStack.add(() => stopHere, { step: 'initialize', priority: 'low', name: 'stopHere' });
});
afterAll(() => {
  vi.unstubAllEnvs();
  client.middlewareStack.remove('grants');
  client.middlewareStack.remove('stopHere');
});

function specOf(name: string): FunctionSpec {
  const found = functions.find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

const twoOrders = ['1', '2'].map((id) => ({ pk: 'ORDER#1', sk: id }));

const calls = (pk: string): Array<[string, () => Promise<unknown>]> => [
  ['GetItem', () => db.get({ Key: { pk, sk: 'a' } })],
  ['Query', () => db.query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } })],
  ['PutItem', () => db.put({ Item: { pk, sk: 'a' } })],
  ['UpdateItem', () => db.update({ Key: { pk, sk: 'a' }, UpdateExpression: 'SET a = :a' })],
  ['DeleteItem', () => db.delete({ Key: { pk, sk: 'a' } })],
  ['BatchGetItem', () => getItems([{ pk, sk: 'a' }, ...twoOrders])],
  [
    'TransactWriteItems',
    () => db.transactWrite([{ Put: { Item: { pk: 'ORDER#1', sk: 'a' } } }, { Put: { Item: { pk, sk: 'a' } } }]),
  ],
];

describe.each(calls('APIKEY#f00').map(([action]) => action))('%s', (action) => {
  const call = (pk: string) => calls(pk).find(([name]) => name === action)?.[1] ?? stopHere;

  test('of an API key is for the API alone, whatever else a function may do', async () => {
    await expect(runAs(specOf('api'), call('APIKEY#f00'))).rejects.toThrow(ALLOWED);
    for (const name of ['ingest', 'sweeper', 'pusher-sellers-commerce', 'poller-sello'])
      await expect(runAs(specOf(name), call('APIKEY#f00')), name).rejects.toThrow(`${name} is not granted dynamodb:`);
  });

  test('of anything else is as the function’s actions say', async () => {
    await expect(runAs(specOf('api'), call('ORDER#1'))).rejects.toThrow(ALLOWED);
    const isGranted = action === 'TransactWriteItems' || specOf('ingest').grants.table?.some((each) => each === action);
    await expect(runAs(specOf('ingest'), call('ORDER#1'))).rejects.toThrow(isGranted ? ALLOWED : 'not granted');
  });
});

test('access tokens are for the marketplace that signs in for them', async () => {
  const read = () => db.get({ Key: { pk: 'TOKEN#sc-store', sk: 'TOKEN' } });
  for (const { name, grants } of functions.filter((each) => each.grants.table))
    await expect(runAs({ ...specOf(name), grants }, read), name).rejects.toThrow(
      /^(poller|pusher)-sellers-commerce$/.test(name) ? ALLOWED : 'not granted dynamodb:TOKEN',
    );
});

test('a receiver and the console may read one item at a time, and their reads are joined with nobody’s', async () => {
  const token = { pk: 'SECRET#sello', sk: 'a' };
  const session = { pk: 'SESSION#1', sk: 'a' };
  for (const [name, key] of [
    ['webhook-sello', token],
    ['console', session],
  ] as const) {
    await expect(
      runAs(specOf(name), () => getItems([key, { ...key, sk: 'b' }])),
      name,
    ).rejects.toThrow(`${name} is not granted dynamodb:BatchGetItem`);
    const alone = [name, name, 'api', 'ingest'].map((each) => runAs(specOf(each), () => getItems([key])));
    const [first, second, api, ingest] = await Promise.allSettled(alone);
    for (const read of [first, second]) expect(read).toMatchObject({ reason: { message: ALLOWED } });
    expect(
      [api, ingest].map((each) => (each as PromiseRejectedResult).reason.message),
      name,
    ).toEqual([ALLOWED, name === 'console' ? 'ingest is not granted dynamodb:SESSION' : ALLOWED]);
  }
});

test('a call that names no partition is none that a few partitions were granted for', async () => {
  const query = () => db.query({ KeyConditionExpression: 'pk = :other', ExpressionAttributeValues: { ':other': 'a' } });
  await expect(runAs(specOf('console'), query)).rejects.toThrow('console is not granted dynamodb:Query');
});

test('a batch of writes is refused whole for one that is not granted', async () => {
  const write = (pk: string) => () => db.batchWrite([{ Item: { pk: 'ORDER#1', sk: 'a' } }, { Key: { pk, sk: 'a' } }]);
  await expect(runAs(specOf('publisher'), write('CHANGE#1'))).rejects.toThrow(ALLOWED);
  await expect(runAs(specOf('publisher'), write('SESSION#1'))).rejects.toThrow('not granted dynamodb:SESSION');
});
