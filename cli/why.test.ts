import { expect, test } from 'vitest';
import type { Api } from './api-client.ts';
import { findOrders } from './commands/find.ts';

const ANSWERS: Record<string, unknown> = {
  '/deliveries/dlv_1': { order: 'shop:1' },
  '/deliveries/dlv_2': {
    order: null,
    action: 'stock',
    connection: 'shop',
    state: 'dead',
    cause: { description: 'no' },
  },
  '/events/evt_1': { order: 'shop:1' },
  '/events/evt_2': { order: null, topic: 'paid', connection: 'shop', state: 'applied', error: null, note: null },
};
const orders = [
  { id: 'shop:1', externalId: '1', number: 'S-1' },
  { id: 'shop:2', externalId: '2', number: '1' },
  { id: 'shop:3', externalId: '3', number: 'S-17' },
  { id: 'shop:4', externalId: '4', number: 'so:1001' },
  { id: 'shop:5', externalId: '5', number: 'shop:3' },
];
const get = async (path: string) => ANSWERS[path];
const post = async (_path: string, { q }: { q: string }) => ({
  results: orders
    .filter(({ id, externalId, number }) => [id, externalId].includes(q) || number.startsWith(q))
    .map(({ id, externalId, number }) => ({ id, exact: [id, externalId, number].includes(q) })),
});
const find = (about: string) => findOrders(about, { get, post } as unknown as Api);

test('finds the order by whatever it is called, and by what was done for it', async () => {
  expect(await find('shop:9')).toEqual(['shop:9']);
  expect(await find('so:1001')).toEqual(['shop:4']);
  expect(await find('so:10')).toEqual(['so:10']);
  // Another order may have its id for a number.
  expect(await find('shop:3')).toEqual(['shop:3']);
  expect(await find('dlv_1')).toEqual(['shop:1']);
  expect(await find('evt_1')).toEqual(['shop:1']);
  expect(await find('S-1')).toEqual(['shop:1']);
  expect(await find('1')).toEqual(['shop:1', 'shop:2']);
  expect(await find('S-')).toEqual(['shop:1', 'shop:3']);
});

test('says what is about no order, and that nothing is called so', async () => {
  expect(await find('dlv_2')).toBe('stock at shop is dead: no.');
  expect(await find('evt_2')).toBe('paid from shop is applied.');
  await expect(find('S-9')).rejects.toThrow('the hub has nothing named S-9');
});
