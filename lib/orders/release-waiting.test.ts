import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { at, orderOf } from '#test/support/orders';
import { changeOrder } from './change.ts';
import type { Order } from './order.ts';
import type { Network } from './planning.ts';
import { releaseWaiting } from './release-waiting.ts';
import { getOrder } from './store.ts';

const connection = (id: string, settings: Record<string, unknown> = {}) => ({
  ...{ id, marketplace: id, baseUrl: 'https://x.example', settings, pollIntervalSeconds: 60, requestsPerMinute: 60 },
});
const networkOf = (release?: string[]): Network => ({
  connections: new Map([
    ['scopio-main', connection('scopio-main', release && { release })],
    ['shed', connection('shed')],
  ]),
  routes: [{ from: '*', to: 'shed' }],
  roleOf: () => ({}),
});

test('what waits and may ship by the settings of now is placed, once, and told; the rest is left alone', async () => {
  const hub = { table: memoryTable(), ring: async () => {}, now: () => new Date(at(2)) };
  const of = (externalId: string, changes: object): Order => ({
    ...orderOf({ externalId, paidAt: null, payment: { method: 'invoice', state: 'on_account' }, ...changes }),
    id: `scopio-main:${externalId}`,
  });
  const kept = [
    of('waits', {}),
    of('held', { held: 'on hold' }),
    of('cancelled', { cancelled: true }),
    of('unpaid', { payment: { method: null, state: 'pending' } }),
  ];
  for (const order of kept)
    await changeOrder(order.id, () => ({ order }), { by: 'poll', origin: 'evt_1', network: networkOf() }, hub);
  const stored = () => Promise.all(kept.map(({ id }) => getOrder(id, hub.table)));
  const run = () =>
    releaseWaiting('scopio-main', networkOf(['paid', 'on_account']), {
      orders: async function* () {
        for (const order of await stored()) if (order) yield order;
      },
      change: (id, decide, options) => changeOrder(id, decide, options, hub),
    });
  await run();
  const [waits, ...others] = await stored();
  expect(waits).toMatchObject({ revision: 2, releasedAt: at(2), placements: [{ connection: 'shed' }] });
  expect(waits?.timeline?.map(({ type, by }) => [type, by])).toContainEqual(['order.released', 'hub']);
  expect(others.map((order) => [order?.revision, order?.placements])).toEqual(others.map(() => [1, []]));
  await run();
  expect((await stored())[0]?.revision).toBe(2);
});
