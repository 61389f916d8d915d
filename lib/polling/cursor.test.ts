import { expect, test } from 'vitest';
import * as items from '#lib/platform/table/items';
import type { Lease } from '#lib/platform/table/lease';
import { memoryTable } from '#test/support/memory-table';
import { askForPoll, getCursor, leaseCursor, saveCursor, takeUp } from './cursor.ts';

const table = memoryTable();
const at = (second: number) => new Date(Date.UTC(2026, 10, 20) + second * 1000);
let connections = 0;
const newConnection = () => `shop-${++connections}`;
const rewind = (watermark: string, since: string) => (since < watermark ? since : watermark);
const asked = { since: at(-60).toISOString(), askedAt: at(0).toISOString(), by: 'ops', reason: null };
/** The cursor as the next poller finds it, with the backfill it takes up. */
async function takenUpBy(shop: string) {
  const leased = await leaseCursor(shop, at(2), table);
  if (!leased) throw new Error('not leased');
  return { ...leased, ...takeUp(leased, rewind) };
}

test('one poller at a time has the cursor, and a connection that nobody has polled yet is due', async () => {
  const shop = newConnection();
  const first = await leaseCursor(shop, at(0), table);
  expect(first).toMatchObject({ watermark: null, resume: null, caughtUpAt: at(0).toISOString() });
  expect(await leaseCursor(shop, at(329), table)).toBeUndefined();
  const second = await leaseCursor(shop, at(330), table);
  // The time when the first poll began counts until one has finished.
  expect(second).toMatchObject({ caughtUpAt: at(0).toISOString() });
  if (!first || !second) throw new Error('not leased');
  expect(await saveCursor(shop, first.lease, { watermark: 'late' }, table)).toBe(false);
  expect(await saveCursor(shop, second.lease, { watermark: 'page 1', resume: 'x' }, table)).toBe(true);
  expect(await getCursor(shop, table)).toMatchObject({ watermark: 'page 1', resume: 'x' });
});

test('a connection is not leased before it is due', async () => {
  const shop = newConnection();
  const leased = await leaseCursor(shop, at(0), table);
  if (!leased) throw new Error('not leased');
  await saveCursor(shop, leased.lease, { lease: null, nextPollAt: at(60).toISOString() }, table);
  expect(await leaseCursor(shop, at(59), table)).toBeUndefined();
  expect(await leaseCursor(shop, at(60), table)).toBeDefined();
});

test('asking makes a connection due at once, or as soon as its poller lets go', async () => {
  const shop = newConnection();
  const lease = async (second: number) => {
    const leased = await leaseCursor(shop, at(second), table);
    if (!leased) throw new Error('not leased');
    return leased.lease;
  };
  const release = (lease: Lease, began: number) => {
    const later = at(began + 600).toISOString();
    const change = { lease: null, lastPolledAt: at(began).toISOString(), nextPollAt: later, urgentAt: later };
    return saveCursor(shop, lease, change, table);
  };
  const first = await lease(0);
  await askForPoll(shop, at(1), undefined, table);
  expect(await leaseCursor(shop, at(2), table)).toBeUndefined();
  expect(await release(first, 0)).toBe(true);
  expect(await getCursor(shop, table)).toMatchObject({ urgentAt: null });
  const second = await lease(3);
  expect(await release(second, 3)).toBe(true);
  expect(await leaseCursor(shop, at(4), table)).toBeUndefined();
  await askForPoll(shop, at(5), undefined, table);
  await lease(5);
});

test('a backfill that is asked for while a poller has the cursor is taken up by the next one, the earlier of two', async () => {
  const shop = newConnection();
  const lease = async (second: number) => {
    const leased = await leaseCursor(shop, at(second), table);
    if (!leased) throw new Error('not leased');
    return leased;
  };
  const first = await lease(0);
  const [early, late] = [-600, -60].map((second) => at(second).toISOString());
  for (const since of [early, late]) {
    // By a clock that is slower than the poller's.
    const more = { since: since ?? '', askedAt: at(-1).toISOString() };
    await askForPoll(shop, at(1), { ...asked, ...more }, table);
  }
  const watermark = at(0).toISOString();
  const began = { lease: null, lastPolledAt: at(0).toISOString(), nextPollAt: at(600).toISOString() };
  expect(await saveCursor(shop, first.lease, { watermark, resume: 'page 7', ...began }, table)).toBe(true);
  const second = await lease(2);
  const taken = takeUp(second, rewind);
  expect(taken).toMatchObject({ aside: { watermark: early, resume: null }, resume: null, backfill: { since: early } });
  await saveCursor(shop, second.lease, { ...taken }, table);
  const cursor = await getCursor(shop, table);
  expect(cursor && takeUp(cursor, rewind)).toBeUndefined();
});

test('a backfill is set aside from its watermark on, leaves the polls theirs, and is on record', async () => {
  const shop = newConnection();
  const leased = await leaseCursor(shop, at(0), table);
  if (!leased) throw new Error('not leased');
  const watermark = at(0).toISOString();
  await saveCursor(shop, leased.lease, { lease: null, watermark, resume: 'page 7' }, table);
  await askForPoll(shop, at(1), asked, table);
  expect(await takenUpBy(shop)).toMatchObject({
    ...{ watermark, resume: null, urgentAt: null, backfill: asked },
    aside: { watermark: asked.since, resume: null },
  });
});

test('a backfill asked for while another goes on begins where the further one does', async () => {
  const shop = newConnection();
  const leased = await leaseCursor(shop, at(0), table);
  if (!leased) throw new Error('not leased');
  const aside = { watermark: at(-90).toISOString(), resume: 'page 7' };
  await saveCursor(shop, leased.lease, { lease: null, watermark: at(0).toISOString(), aside }, table);
  await askForPoll(shop, at(1), asked, table);
  expect(await takenUpBy(shop)).toMatchObject({ aside: { watermark: aside.watermark, resume: null } });
});

test('a backfill asked for while the first list of all is set aside reads that and all else from the beginning', async () => {
  const shop = newConnection();
  const leased = await leaseCursor(shop, at(0), table);
  if (!leased) throw new Error('not leased');
  // The orders are read and have saved their watermark; the catalog is not.
  const aside = { watermark: null, resume: 'sku 7' };
  await saveCursor(shop, leased.lease, { lease: null, watermark: at(0).toISOString(), aside }, table);
  await askForPoll(shop, at(1), asked, table);
  expect(await takenUpBy(shop)).toMatchObject({ aside: { watermark: null, resume: null } });
});

test('without a watermark there is none to move: the next poll reads everything, and the backfill is on record', async () => {
  const shop = newConnection();
  await askForPoll(shop, at(0), asked, table);
  expect(await takenUpBy(shop)).toMatchObject({ watermark: null, aside: null, backfill: asked });
});

test('of two backfills asked for at once none is lost', async () => {
  const shop = newConnection();
  const early = { ...asked, since: at(-600).toISOString(), askedAt: at(-1).toISOString() };
  const moving = {
    ...table,
    // Another is asked for between the read and the write.
    get: async (input: Parameters<typeof table.get>[0]) => {
      const found = await table.get(input);
      await askForPoll(shop, at(0), early, table);
      return found;
    },
  };
  await askForPoll(shop, at(0), asked, moving);
  expect(await takenUpBy(shop)).toMatchObject({ backfill: { since: early.since } });
});

test('a poller that moves the cursor meanwhile moves nothing of a backfill', async () => {
  const shop = newConnection();
  const leased = await leaseCursor(shop, at(0), table);
  if (!leased) throw new Error('not leased');
  await saveCursor(shop, leased.lease, { lease: null, watermark: at(0).toISOString() }, table);
  await askForPoll(shop, at(0), asked, table);
  await table.update({
    Key: items.cursor.key({ connection: shop }),
    UpdateExpression: 'SET watermark = :two',
    ExpressionAttributeValues: { ':two': at(1).toISOString() },
  });
  const aside = { watermark: asked.since, resume: null };
  expect(await takenUpBy(shop)).toMatchObject({ watermark: at(1).toISOString(), aside });
});
