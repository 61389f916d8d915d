import { afterAll, expect, test, vi } from 'vitest';
import { connectionOf } from '#test/support/fake-hub';
import { memoryTable } from '#test/support/memory-table';
import { createShapes, listShapes, mergeShape, type Shape } from './shape.ts';

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

const at = (minute: number) => `2026-11-20T09:${`${minute}`.padStart(2, '0')}:00.000Z`;
const seen = (bodies: number, ...paths: string[]) => ({
  bodies,
  members: new Map(paths.map((path) => [path, { seen: bodies, types: ['text'], isRead: true }])),
});
/** What was told of each sighting. */
function follow(...sightings: Array<ReturnType<typeof seen>>) {
  let shape: Shape | undefined;
  return sightings.map((sighting, minute) => {
    const merged = mergeShape(shape, sighting, at(minute));
    shape = JSON.parse(JSON.stringify(merged.shape)) as Shape;
    return { told: merged.changes.map(({ path, change }) => `${path} ${change}`), shape };
  });
}

test('adds up bodies, members and types, whoever saw them', () => {
  const [, last] = follow(seen(3, 'id'), {
    bodies: 2,
    members: new Map([['id', { seen: 1, types: ['number'], isRead: false }]]),
  });
  expect(last?.shape).toEqual({
    ...{ bodies: 5, since: at(0), revision: 2 },
    members: { id: { seen: 4, types: ['number', 'text'], isRead: false, last: 5 } },
  });
});

test('tells of a member that comes up in a topic that is known, once, and of none while it is new', () => {
  const told = follow(seen(5, 'id'), seen(5, 'id', 'a'), seen(1, 'id', 'b'), seen(1, 'id', 'b')).map(
    (each) => each.told,
  );
  expect(told).toEqual([[], [], ['b appeared'], []]);
});

test('tells of a member that always was there and stays away, once, and again only after it came back', () => {
  const away = seen(5, 'id');
  const told = follow(seen(200, 'id', 'a'), away, away, away, seen(1, 'id', 'a')).map((each) => each.told);
  expect(told).toEqual([[], [], ['a vanished'], [], []]);
  expect(follow(seen(200, 'id', 'a'), away, away, seen(1, 'id', 'a')).at(-1)?.shape.members.a).not.toHaveProperty(
    'vanishedAt',
  );
});

test('a member that comes and goes does not vanish', () => {
  const told = follow(seen(20, 'id', 'a'), seen(9, 'id'), seen(1, 'id', 'a'), seen(50, 'id')).flatMap(
    (each) => each.told,
  );
  expect(told).toEqual([]);
});

test('keeps no more than 300 members', () => {
  const many = Array.from({ length: 400 }, (_, at) => `p${at}`);
  const [first] = follow(seen(1, ...many));
  expect(Object.keys(first?.shape.members ?? {})).toHaveLength(300);
});
