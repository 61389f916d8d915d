import fc from 'fast-check';
import { beforeAll, expect, it, vi } from 'vitest';
import { changeOrder } from '#lib/orders/change';
import { getOrder } from '#lib/orders/store';
import type { Table } from '#lib/platform/table/document';
import { type Committed, readRecord } from '#lib/platform/table/stream';
import { streamedTable } from '#test/support/memory-table';
import { orderOf } from '#test/support/orders';
import type { Change } from './change-schema.ts';
import { openConsumers } from './consumers.ts';
import { decodeMarks, EARLIEST, encodeMarks } from './cursor.ts';
import { openFeed } from './feed.ts';
import { publish } from './publish.ts';
import { readChanges } from './read.ts';

beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

const NETWORK = { connections: new Map(), removed: new Map(), endpoints: new Map(), routes: [] } as never;
const quiet = { ring: async () => undefined };

/** One more revision of an order, the first of which makes it. */
const write = (table: Table, id: string, revision: number) =>
  changeOrder(
    id,
    (order) => ({
      order: order
        ? { ...order, number: `${revision}` }
        : { ...orderOf({ externalId: id.slice(5), paidAt: null }), id, routed: ['li_1', 'li_2'] },
    }),
    { by: 'test', origin: `${id}#${revision}`, network: NETWORK },
    { table, ...quiet },
  );

/** Dies at some of its writes: before they are made, or afterwards, before the caller hears of it. */
function mortal(table: Table, dies: () => boolean): Table {
  return {
    ...table,
    async put(input) {
      await pause();
      if (dies()) throw new Error('died before the write');
      await table.put(input);
      if (dies()) throw new Error('died after the write');
    },
    async query(input) {
      const page = await table.query(input);
      await pause();
      return page;
    },
  };
}

/** Gives others a turn, now and then several. */
let pause = (): Promise<void> => Promise.resolve();

const ORDERS = ['shop:a', 'shop:b', 'shop:c'];

it('gives every consumer each committed revision once, in order for each order, whoever dies where', async () => {
  const law = fc.asyncProperty(
    fc.array(fc.constantFrom(...ORDERS), { minLength: 1, maxLength: 12 }),
    fc.infiniteStream(fc.nat(9)),
    fc.integer({ min: 1, max: 3 }),
    async (writes, luck, lanes) => {
      const draw = () => luck.next().value as number;
      pause = async () => {
        for (let turns = draw() % 4; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      };
      const { table, records } = streamedTable();
      const committed = new Map<string, number>();
      const writer = async () => {
        for (const id of writes) {
          const revision = (committed.get(id) ?? 0) + 1;
          await write(table, id, revision);
          committed.set(id, revision);
          await pause();
        }
      };
      let isWriting = true;
      const publisher = async (lane: number) => {
        // As Lambda does: one batch after the other, an item's records in one lane, repeated until all is done.
        let handed = 0;
        let instance = openFeed(mortal(table, () => draw() === 0));
        for (;;) {
          const mine = orderRecords(records()).filter(
            ({ key }) => key.pk.charCodeAt(key.pk.length - 1) % lanes === lane,
          );
          const batch = mine.slice(handed, handed + 1 + (draw() % 3));
          if (batch.length === 0 && !isWriting) return;
          const failed = await publish(batch, {
            feed: instance,
            getOrder: (id) => getOrder(id, table),
            writeWords: async () => undefined,
            writeShared: async () => undefined,
          });
          // A publisher that died comes back without its memory.
          if (failed.length > 0) instance = openFeed(mortal(table, () => draw() === 0));
          else handed += batch.length;
          await pause();
        }
      };
      const feed = openFeed(table);
      const consumers = openConsumers(table, feed);
      await consumers.create('erp', 'earliest');
      const seen: Change[] = [];
      let isPublishing = true;
      const reader = async () => {
        for (;;) {
          const wasPublishing = isPublishing;
          const after = decodeMarks(await consumers.committed('erp'));
          const page = await readChanges({ after, limit: 1 + (draw() % 5), wants: () => true }, feed);
          seen.push(...page.changes);
          await consumers.commit('erp', encodeMarks(page.marks));
          if (!wasPublishing && page.caughtUp) return;
          await pause();
        }
      };
      const reading = reader();
      const publishing = Promise.all(Array.from({ length: lanes }, (_, lane) => publisher(lane)));
      await writer();
      isWriting = false;
      await publishing;
      isPublishing = false;
      await reading;

      for (const [id, last] of committed) {
        const revisions = seen.filter(({ order }) => order === id).map(({ revision }) => revision);
        expect(revisions).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      }
      expect(new Set(seen.map((change) => change.id)).size).toBe(seen.length);
      expect(await consumers.get('erp')).toMatchObject({ lagEntries: 0, lagSeconds: 0 });
    },
  );
  await fc.assert(law, { numRuns: 15 });
});

const orderRecords = (records: Parameters<typeof readRecord>[0][]): Committed[] =>
  records.flatMap(readRecord).filter(({ key }) => key.sk === 'ORDER');

it('holds a change of a delivery back for the first of its order, which comes another lane, but not for ever', async () => {
  const { table, records } = streamedTable();
  pause = () => Promise.resolve();
  await write(table, 'shop:a', 1);
  const created = orderRecords(records());
  const at = created[0]?.at ?? new Date();
  const delivery = {
    id: 'dlv_1',
    kind: 'push',
    action: 'order',
    connection: 'shed',
    order: 'shop:a',
    subject: { lineItems: [] },
  };
  const placing = { ...delivery, marketplace: 'marketful', state: 'leased', updatedAt: at.toISOString() };
  const placed: Committed = {
    key: { pk: 'DELIVERY#dlv_1', sk: 'DELIVERY' },
    ...{ before: placing, after: { ...placing, state: 'succeeded', placed: {} }, at, sequence: '7' },
  };
  const order = await getOrder('shop:a', table);
  let now = 0;
  const openHub = () => ({
    feed: openFeed(streamedTable().table),
    getOrder: async () => order && { ...order, receivedAt: at.toISOString() },
    ...{ writeWords: async () => undefined, writeShared: async () => undefined },
    ...{ early: new Map<string, number>(), now: () => now },
  });
  const typesIn = async ({ feed }: ReturnType<typeof openHub>) => {
    const { changes } = await readChanges({ after: EARLIEST, limit: 10, wants: () => true }, feed);
    return changes.map(({ type }) => type);
  };

  const hub = openHub();
  expect(await publish([placed], hub)).toEqual([placed]);
  expect(await publish(created, hub)).toEqual([]);
  expect(await publish([placed], hub)).toEqual([]);
  expect(await typesIn(hub)).toEqual(['order.created', 'order.placed']);

  const alone = openHub();
  expect(await publish([placed], alone)).toEqual([placed]);
  now = 31_000;
  expect(await publish([placed], alone)).toEqual([]);
  expect(await typesIn(alone)).toEqual(['order.placed']);
  expect(alone.early.size).toBe(0);
});
