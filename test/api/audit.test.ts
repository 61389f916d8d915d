import { afterAll, beforeAll, expect, test } from 'vitest';
import { putOrder, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const acts = async (query = '') => (await api.call('GET', `/audit${query}`)).body.acts;

test('what a person did stands in the audit trail, newest first, with who, why and what it was done to', async () => {
  expect(await acts()).toEqual([]);
  const { id, deliveries } = await putOrder('one', { shippingAddress: { address_country: 'DE' } });
  const [blocked] = deliveries;
  await api.call('PATCH', `/orders/${id}`, { body: { shippingAddress: { postal_code: '03940' } } });
  const replayed = await api.call('POST', `/deliveries/${blocked?.id}/replay`, {
    body: { reason: 'the route is there' },
  });
  expect(replayed.status).toBe(202);
  const { replayId } = replayed.body;
  expect(await api.call('POST', `/replays/${replayId}/cancel`, { body: { reason: 'not now' } })).toMatchObject({
    status: 200,
  });
  expect(await api.call('POST', `/replays/${replayId}/cancel`)).toMatchObject({ status: 200 });
  expect(await api.call('POST', `/replays/${replayId}/resume`)).toMatchObject({ status: 200 });
  const other = await putOrder('two', { shippingAddress: { address_country: 'DE' } });
  const closed = { reason: 'shipped by hand' };
  expect(await api.call('POST', `/deliveries/${other.deliveries[0]?.id}/close`, { body: closed })).toMatchObject({
    status: 200,
  });
  const remap = { filter: { order: id }, apply: true, reason: 'a new mapper' };
  const { body: remapped } = await api.call('POST', '/remaps', { body: remap });

  const all = await acts();
  expect(all).toMatchObject([
    {
      act: 'events.remapped',
      about: remapped.remapId,
      by: 'operator',
      reason: 'a new mapper',
      detail: { filter: { order: id } },
    },
    { act: 'delivery.closed', about: other.deliveries[0]?.id, by: 'operator', reason: 'shipped by hand' },
    { act: 'replay.resumed', about: replayId, by: 'operator', reason: null },
    { act: 'replay.cancelled', about: replayId, by: 'operator', reason: 'not now' },
    { act: 'replay.started', about: replayId, reason: 'the route is there', detail: { delivery: blocked?.id } },
    { act: 'address.corrected', about: id, by: 'operator', detail: { members: ['postal_code'] } },
  ]);
  expect(JSON.stringify(all)).not.toContain('03940');

  const first = (await api.call('GET', '/audit?limit=4')).body;
  expect((await acts(`?limit=4&cursor=${first.cursor}`)).concat(first.acts)).toHaveLength(6);
  expect(await acts(`?since=${all[1].at}`)).toHaveLength(2);
});

test('what was refused or changed nothing leaves no act', async () => {
  const before = (await acts()).length;
  const { id, deliveries } = await putOrder('three', { shippingAddress: { address_country: 'SE' } });
  expect(deliveries).toEqual([]);
  const address = { body: { shippingAddress: { postal_code: '222 22' } } };
  await api.call('PATCH', `/orders/${id}`, address);
  await api.call('PATCH', `/orders/${id}`, address);
  expect(await api.call('POST', '/deliveries/dlv_none/close', { body: { reason: 'r' } })).toMatchObject({
    status: 404,
  });
  await api.call('POST', '/deliveries/replay', { body: { filter: { state: 'dead' }, dryRun: true } });
  expect((await acts()).length).toBe(before + 1);
});
