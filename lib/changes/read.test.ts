import { beforeEach, expect, it, vi } from 'vitest';
import * as items from '#lib/platform/table/items';
import { shardNumber } from '#lib/platform/table/sharded-index';
import { memoryTable } from '#test/support/memory-table';
import type { Change } from './change-schema.ts';
import { openConsumers } from './consumers.ts';
import { decodeMarks, EARLIEST, encodeMarks } from './cursor.ts';
import { type Feed, openFeed } from './feed.ts';
import { isOfType, readChanges } from './read.ts';

let table = memoryTable();
let feed: Feed;
beforeEach(() => {
  table = memoryTable();
  feed = openFeed(table);
});

const ORDER = 'shop:a';
const partition = shardNumber(ORDER);
const change = (revision: number, type: Change['type'] = 'order.changed'): Change => ({
  ...{
    id: `chg_${revision}`,
    type,
    order: ORDER,
    connection: 'shop',
    revision,
    occurredAt: '2026-11-20T08:15:00.000Z',
  },
  ...{ changed: [], delivery: null, sku: null },
});
const append = (...changes: Change[]) => feed.append(partition, () => changes, '2026-01-01T00:00:00.000Z');
const everything = { limit: 10, wants: () => true };
const removeItem = (position: number) =>
  table.delete({ Key: items.feedItem.key({ partition: `${partition}`, position: `${position}` }) });

it('goes on in the middle of an item that is longer than a page', async () => {
  await append(change(1), change(2), change(3));
  const first = await readChanges({ after: EARLIEST, limit: 2, wants: () => true }, feed);
  expect([first.changes.map(({ revision }) => revision), first.caughtUp]).toEqual([[1, 2], false]);
  const after = decodeMarks(encodeMarks(first.marks));
  const second = await readChanges({ ...everything, after }, feed);
  expect([second.changes.map(({ revision }) => revision), second.caughtUp]).toEqual([[3], true]);
});

it('passes over what is not wanted, and counts it as read', async () => {
  await append(change(1), change(2, 'order.cancelled'));
  await append(change(3));
  const { changes, marks } = await readChanges({ after: EARLIEST, limit: 1, wants: isOfType(['order.can*']) }, feed);
  expect([changes, marks[partition]?.position]).toEqual([[], 2]);
  const some = await readChanges({ ...everything, after: EARLIEST, wants: isOfType(['order.*', 'x']) }, feed);
  expect(some.changes).toHaveLength(3);
});

it('reads no more of each partition than a page has room for', async () => {
  for (let revision = 1; revision <= 30; revision++) await append(change(revision));
  const query = vi.spyOn(feed, 'query');
  const read = async (limit: number, partitions?: number[]) => {
    query.mockClear();
    const page = await readChanges({ after: EARLIEST, limit, wants: () => true, partitions }, feed);
    return [page.changes.length, query.mock.calls.map(([, { limit }]) => limit)];
  };
  expect(await read(1)).toEqual([1, Array(8).fill(10)]);
  expect(await read(20, [partition])).toEqual([20, [21]]);
  expect(await read(100, [partition])).toEqual([30, [50]]);
});

it('says so when changes are gone that were not read yet, be they the first of all', async () => {
  const consumers = openConsumers(table, feed);
  await consumers.create('erp', 'latest');
  for (const revision of [1, 2, 3]) await append(change(revision));
  const { marks } = await readChanges({ after: EARLIEST, limit: 1, wants: () => true }, feed);
  await Promise.all([removeItem(1), removeItem(2)]);
  const never = decodeMarks(await consumers.committed('erp'));
  for (const after of [marks, never])
    await expect(readChanges({ ...everything, after }, feed)).rejects.toMatchObject({ code: 'cursor_expired' });
  await consumers.seek('erp', 'earliest');
  const left = decodeMarks(await consumers.committed('erp'));
  expect((await readChanges({ ...everything, after: left }, feed)).changes).toHaveLength(1);
});

it('says so when the feed is shorter than what was read, as after a restore', async () => {
  for (const revision of [1, 2]) await append(change(revision));
  const { marks } = await readChanges({ ...everything, after: EARLIEST }, feed);
  for (const position of [2, 1]) {
    await removeItem(position);
    await expect(readChanges({ ...everything, after: marks }, feed)).rejects.toMatchObject({ code: 'cursor_ahead' });
  }
});

it('passes nothing over after weeks in which nothing changed, as the last position is kept', async () => {
  const clock = { now: new Date('2026-01-01T00:00:00.000Z') };
  const quiet = () => openFeed(table, () => clock.now);
  const tell = (revision: number) => quiet().append(partition, () => [change(revision)], clock.now.toISOString());
  for (const revision of [1, 2]) await tell(revision);
  const { marks } = await readChanges({ ...everything, after: EARLIEST }, feed);
  const { pk } = items.feedItem.key({ partition: `${partition}`, position: '0' });
  for (let day = 0; day < 80; day++) {
    clock.now = new Date(clock.now.getTime() + 24 * 3600_000);
    const { Items } = await table.query({
      ...{ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } },
    });
    for (const { sk, expiresAt } of Items)
      if (expiresAt * 1000 <= clock.now.getTime()) await table.delete({ Key: { pk, sk } });
    await quiet().keepEnds();
  }
  for (const revision of [3, 4]) await tell(revision);
  const { changes } = await readChanges({ ...everything, after: marks }, feed);
  expect(changes.map(({ revision }) => revision)).toEqual([3, 4]);
});

it('refuses what is no cursor', () => {
  for (const cursor of ['', 'x', encodeMarks([...EARLIEST, ...EARLIEST])])
    expect(() => decodeMarks(cursor), cursor).toThrow('this is no cursor of the feed');
});
