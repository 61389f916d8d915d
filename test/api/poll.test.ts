import { afterAll, beforeAll, expect, test } from 'vitest';
import { rewind } from '#lib/marketplaces/sellers-commerce/poll';
import { startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
  const { putConnection } = (await import('#lib/connections/store')).configurationStore;
  const limits = { pollIntervalSeconds: 600, requestsPerMinute: 60 };
  await putConnection({
    id: 'store',
    marketplace: 'sellers-commerce',
    baseUrl: 'https://store.test',
    settings: {},
    ...limits,
  });
});
afterAll(() => api.stop());

const poll = (id: string, body?: object) =>
  api.call('POST', `/connections/${id}/poll`, body === undefined ? {} : { body });
const SINCE = '2026-11-01T00:00:00.000Z';

test('a connection is due at once, and a backfill moves its watermark back, with who asked and why', async () => {
  const { leaseCursor, saveCursor, takeUp } = await import('#lib/polling/cursor');
  const asked = await poll('store');
  expect(asked).toMatchObject({
    status: 202,
    body: { connection: 'store', poll: { nextPollAt: asked.body.askedAt, backfill: null } },
  });
  const leased = await leaseCursor('store', new Date());
  const watermark = '2026-11-20T00:00:00.000Z';
  if (!leased) throw new Error('it is due');
  await saveCursor('store', leased.lease, { watermark, resume: 'page 7', lease: null });
  const backfill = await poll('store', { since: SINCE, reason: 'webhooks were off' });
  expect(backfill).toMatchObject({
    status: 202,
    body: { poll: { unfinished: false, backfill: { since: SINCE, by: 'operator', reason: 'webhooks were off' } } },
  });
  const again = await leaseCursor('store', new Date());
  if (!again) throw new Error('it is due at once');
  const taken = takeUp(again, rewind);
  expect(JSON.parse(taken?.aside?.watermark ?? '')).toMatchObject({ at: SINCE });
  await saveCursor('store', again.lease, { ...taken, lease: null });
});

test('while a poller has it in hand both are taken, and leave that its cursor', async () => {
  const { getCursor, leaseCursor } = await import('#lib/polling/cursor');
  const leased = await leaseCursor('store', new Date());
  if (!leased) throw new Error('it is due');
  const { resume, aside } = (await getCursor('store')) ?? {};
  expect(await poll('store', { since: SINCE, reason: 'again' })).toMatchObject({
    status: 202,
    body: { poll: { backfill: { since: SINCE, reason: 'again' } } },
  });
  expect(await poll('store')).toMatchObject({ status: 202, body: { poll: { backfill: { since: SINCE } } } });
  expect(await getCursor('store')).toMatchObject({ lease: leased.lease, resume, aside });
});

test('a stranger is 404, a future 400, and where each poll reads everything a since is 422', async () => {
  expect(await poll('none')).toMatchObject({ status: 404 });
  const since = new Date(Date.now() + 60_000).toISOString();
  expect(await poll('store', { since })).toMatchObject({ status: 400, body: { error: { field: 'since' } } });
  expect(await poll('shed', { since: SINCE })).toMatchObject({ status: 422, body: { error: { code: 'reads_all' } } });
});
