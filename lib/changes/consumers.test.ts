import { expect, it } from 'vitest';
import * as items from '#lib/platform/table/items';
import { shardNumber } from '#lib/platform/table/sharded-index';
import { memoryTable } from '#test/support/memory-table';
import { openConsumers } from './consumers.ts';
import { decodeMarks, EARLIEST, encodeMarks, sinceOf } from './cursor.ts';
import { openFeed } from './feed.ts';
import { marksAt, readChanges } from './read.ts';

it('seeks to an instant in whatever zone it is told', async () => {
  const table = memoryTable();
  let at = new Date('2026-11-20T08:00:00Z');
  const feed = openFeed(table, () => at);
  const consumers = openConsumers(table, feed, () => at);
  const partition = shardNumber('shop:a');
  const append = (id: string) =>
    feed.append(
      partition,
      () => [
        {
          ...{ id, type: 'order.changed', order: 'shop:a', connection: 'shop', revision: 1, changed: [] },
          ...{ occurredAt: at.toISOString(), delivery: null, sku: null },
        },
      ],
      '2026-01-01T00:00:00.000Z',
    );
  await append('chg_1');
  at = new Date('2026-11-20T09:00:00Z');
  await append('chg_2');
  await consumers.create('erp', 'latest');
  const seek = async (to: string) => decodeMarks((await consumers.seek('erp', to)).committed)[partition]?.position;
  expect(await seek('2026-11-20T08:30:00Z')).toBe(1);
  expect(await seek('2026-11-20T10:30:00+02:00')).toBe(1);
  expect(await seek('2026-11-20T04:30:00-05:00')).toBe(2);
  expect(await seek('9999-12-31T23:59:59Z')).toBe(2);
  for (const odd of [
    '9999-12-31T23:59:59-01:00',
    '1',
    '-1',
    'May 5',
    'foo 1',
    '2026-11-20T08:30:00',
    '2026-02-30T08:30:00Z',
    '2026-11-20',
    ' ',
  ])
    await expect(seek(odd), odd).rejects.toMatchObject({ code: 'invalid_cursor', detail: { field: 'to' } });
});

it('begins with what is not over, whatever is deleted first of what is', async () => {
  const table = memoryTable();
  let at = new Date('2026-10-01T08:00:00Z');
  const feed = openFeed(table, () => at);
  const consumers = openConsumers(table, feed, () => at);
  const partition = shardNumber('shop:a');
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    const order = { order: 'shop:a', connection: 'shop', revision: 1, changed: [], delivery: null, sku: null };
    const change = { id, type: 'order.changed' as const, occurredAt: at.toISOString(), ...order };
    await feed.append(partition, () => [change], '2026-01-01T00:00:00.000Z');
    at = new Date(at.getTime() + 24 * 3600_000);
  }
  at = new Date('2026-11-02T09:00:00Z');
  const remove = (position: string) =>
    table.delete({ Key: items.feedItem.key({ partition: `${partition}`, position }) });
  const readFrom = async (place: string) => {
    const { committed } = await consumers.seek('erp', place);
    const { changes } = await readChanges({ after: decodeMarks(committed), limit: 9, wants: () => true }, feed);
    return changes.map(({ id }) => id).join('');
  };
  await consumers.create('erp', 'latest');
  for (const gone of ['2', '1', '3']) {
    await remove(gone);
    expect([await readFrom('earliest'), await readFrom('2026-01-01T00:00:00Z')], gone).toEqual(['de', 'de']);
  }
  expect(await readFrom('2026-10-05T00:00:00Z')).toBe('e');
});

it('takes no cursor that is further than the feed', async () => {
  const table = memoryTable();
  const consumers = openConsumers(table);
  await consumers.create('erp', 'earliest');
  const cursor = (position: number, taken: number) => encodeMarks([{ position, taken }, ...EARLIEST.slice(1)]);
  for (const far of [cursor(1, 0), cursor(0, 1)])
    for (const move of [consumers.commit, consumers.seek])
      await expect(move('erp', far)).rejects.toMatchObject({ code: 'cursor_ahead' });
  expect(decodeMarks((await consumers.commit('erp', cursor(0, 0))).committed)).toEqual(EARLIEST);
});

it('is not put back to where it was by a page that was read before it was put elsewhere, or made anew', async () => {
  const table = memoryTable();
  const feed = openFeed(table);
  const consumers = openConsumers(table, feed);
  const change = {
    ...{ id: 'chg_1', type: 'order.changed' as const, order: 'shop:a', connection: 'shop', revision: 1, changed: [] },
    ...{ occurredAt: '2026-11-20T08:00:00.000Z', delivery: null, sku: null },
  };
  await feed.append(shardNumber('shop:a'), () => [change], '2026-01-01T00:00:00.000Z');
  const latest = await marksAt('latest', feed);
  /** What a page holds that is read from where the consumer stands. */
  const read = async () => encodeMarks(latest, sinceOf(await consumers.committed('erp')));
  await consumers.create('erp', 'earliest');
  const first = await read();
  expect((await consumers.commit('erp', first)).lagEntries).toBe(0);
  await consumers.seek('erp', 'earliest');
  await expect(consumers.commit('erp', first)).rejects.toMatchObject({ code: 'consumer_moved' });
  const second = await read();
  await consumers.seek('erp', 'earliest');
  await expect(consumers.commit('erp', second)).rejects.toMatchObject({ code: 'consumer_moved' });
  expect((await consumers.get('erp')).lagEntries).toBe(1);
  expect((await consumers.commit('erp', await read())).lagEntries).toBe(0);
  await consumers.seek('erp', 'earliest');
  expect((await consumers.commit('erp', encodeMarks(latest))).lagEntries, 'of a reader without a name').toBe(0);
});
