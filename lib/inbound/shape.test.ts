import { afterAll, expect, test, vi } from 'vitest';
import { connectionOf } from '#test/support/fake-hub';
import { memoryTable } from '#test/support/memory-table';
import { createShapes, listShapes } from './shape.ts';

const shop = connectionOf('shop', 'scopio');
const members = (...paths: string[]) => paths.map((path) => ({ path, types: ['text'], isRead: path !== 'vip' }));

const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
const told = vi.spyOn(console, 'info').mockImplementation(() => undefined);
afterAll(() => {
  for (const spy of [warned, told]) spy.mockRestore();
});

/** Functions on one table, with a clock that is set by hand. */
function functionsOf() {
  const table = memoryTable();
  let seconds = 0;
  const now = () => new Date(Date.UTC(2026, 10, 20, 9, 0, seconds));
  const put = vi.spyOn(table, 'put');
  const start = () => createShapes({ table, now });
  return { table, put, start, pass: (more: number) => (seconds += more) };
}

/** Counts as at the end of an invocation. */
async function see({ count, write }: ReturnType<typeof createShapes>, ...paths: string[]): Promise<void> {
  count(shop, 'order-paid', members(...paths));
  await write();
}

test('what nobody has seen before is written at once, counts every half an hour', async () => {
  const { table, put, start, pass } = functionsOf();
  const own = start();
  for (let body = 0; body < 9; body++) await see(own, 'id', 'vip');
  expect(put).toHaveBeenCalledTimes(1);
  pass(1801);
  await see(own, 'id');
  expect(put).toHaveBeenCalledTimes(2);
  expect(await listShapes('shop', table)).toMatchObject([
    {
      ...{ topic: 'order-paid', bodies: 10, since: '2026-11-20T09:00:00.000Z' },
      members: [
        { path: 'id', types: ['text'], seen: 10, isRead: true, appearedAt: null, vanishedAt: null },
        { path: 'vip', seen: 9, isRead: false },
      ],
    },
  ]);
});

test('functions add up on one item, and one of them tells of a change', async () => {
  const { table, start, pass } = functionsOf();
  const [one, other] = [start(), start()];
  for (let body = 0; body < 10; body++) {
    pass(1801);
    await see(one, 'id');
  }
  await see(one, 'id', 'loyalty');
  await see(other, 'id', 'loyalty');
  pass(1801);
  await see(other, 'id');
  const [topic] = await listShapes('shop', table);
  expect(topic).toMatchObject({
    bodies: 13,
    members: [{ seen: 13 }, { path: 'loyalty', appearedAt: expect.any(String) }],
  });
  expect(warned.mock.calls.flat().filter((line) => line.includes('a member has appeared'))).toHaveLength(1);
});

test('a quiet topic is counted beside a busy one', async () => {
  const { table, start, pass } = functionsOf();
  const own = start();
  for (let round = 0; round < 10; round++) {
    pass(1801);
    for (let body = 0; body < 20; body++) own.count(shop, 'order-paid', members('id'));
    own.count(shop, 'return-created', members('id'));
    await own.write();
  }
  const found = await listShapes('shop', table);
  expect(found.find(({ topic }) => topic === 'return-created')?.bodies).toBeGreaterThan(7);
});

test('a table that cannot be written costs counts, and no event', async () => {
  const { table, put, start } = functionsOf();
  put.mockRejectedValue(new Error('away'));
  await see(start(), 'id');
  expect(await listShapes('shop', table)).toEqual([]);
});
