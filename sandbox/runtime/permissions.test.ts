import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { client, db } from '#lib/platform/table/document';
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

const calls = (pk: string): Array<[string, () => Promise<unknown>]> => [
  ['GetItem', () => db.get({ Key: { pk, sk: 'a' } })],
  ['Query', () => db.query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } })],
  ['PutItem', () => db.put({ Item: { pk, sk: 'a' } })],
  ['UpdateItem', () => db.update({ Key: { pk, sk: 'a' }, UpdateExpression: 'SET a = :a' })],
  ['DeleteItem', () => db.delete({ Key: { pk, sk: 'a' } })],
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
