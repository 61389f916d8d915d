import { expect, it } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import { shardNumber } from '#lib/platform/table/sharded-index';
import { memoryTable } from '#test/support/memory-table';
import { orderOf } from '#test/support/orders';
import type { Change } from './change-schema.ts';
import { EARLIEST } from './cursor.ts';
import { changeOfDelivery, changesOfOrder } from './derive.ts';
import { openFeed } from './feed.ts';
import { readChanges } from './read.ts';
import { rebuildFeed } from './rebuild.ts';

const at = (revision: number, externalId: string, updatedAt = new Date().toISOString()): Order => ({
  ...orderOf({ externalId }),
  revision,
  updatedAt,
});

it('publishes each order of the last 30 days whose revision the feed lacks, once, however often it is run', async () => {
  const feed = openFeed(memoryTable());
  const [known, behind, lost] = [at(1, 'known'), at(3, 'behind'), at(2, 'lost')];
  const old = at(5, 'old', '2026-01-01T00:00:00.000Z');
  for (const order of [known, { ...behind, revision: 1 }])
    await feed.append(shardNumber(order.id), () => changesOfOrder(undefined, order), '2026-01-01T00:00:00.000Z');
  const written: string[] = [];
  const rebuild = () =>
    rebuildFeed(['scopio-main'], {
      feed,
      async *eachOrder() {
        yield* [known, behind, lost, old];
      },
      getDeliveries: async () => [],
      writeAll: async ({ externalId }) => void written.push(externalId),
    });
  expect(await rebuild()).toEqual({ looked: 4, published: 2 });
  expect(written).toEqual(['known', 'behind', 'lost', 'old']);
  const { changes } = await readChanges({ after: EARLIEST, limit: 100, wants: () => true }, feed);
  const told = (order: Order) =>
    changes.filter(({ order: id }) => id === order.id).map(({ type, revision }) => `${type} ${revision}`);
  expect(told(known)).toEqual(['order.created 1', 'order.released 1']);
  expect(told(behind)).toEqual(['order.created 1', 'order.released 1', 'order.changed 3']);
  expect(told(lost)).toEqual(['order.created 2', 'order.released 2']);
  expect(await rebuild()).toEqual({ looked: 4, published: 0 });
});

it('tells of an order that went on meanwhile what it has come to, and that any of it may have changed', async () => {
  const feed = openFeed(memoryTable());
  const before = at(2, 'gone');
  const parcel = {
    id: 'ful_1',
    by: 'erp',
    carrier: 'dhl',
    trackingNumber: 'JD01',
    lineItems: [],
    shippedAt: before.updatedAt,
  };
  const shipped: Order = { ...at(4, 'gone'), fulfillments: [parcel] };
  const cancelled: Order = {
    ...orderOf({ externalId: 'off', cancelled: true }),
    revision: 5,
    updatedAt: before.updatedAt,
  };
  for (const order of [before, { ...at(1, 'off') }])
    await feed.append(shardNumber(order.id), () => changesOfOrder(undefined, order), '2026-01-01T00:00:00.000Z');
  await rebuildFeed(['scopio-main'], {
    feed,
    async *eachOrder() {
      yield* [shipped, cancelled];
    },
    getDeliveries: async () => [],
    writeAll: async () => undefined,
  });
  const { changes } = await readChanges(
    { after: EARLIEST, limit: 100, wants: ({ revision }) => (revision ?? 0) > 2 },
    feed,
  );
  const told = (order: Order) => changes.filter(({ order: id }) => id === order.id).map(({ type }) => type);
  expect(told(shipped)).toEqual(['order.changed', 'fulfillment.added']);
  expect(told(cancelled)).toEqual(['order.changed', 'order.cancelled']);
  // A UCP platform is sent what changes the order as UCP has it.
  for (const { type, changed } of changes) expect(changed.includes('ucp'), type).toBe(type === 'order.changed');
});

it('tells what became of deliveries meanwhile, once, also of an order that has not changed since', async () => {
  const feed = openFeed(memoryTable());
  const order = { ...at(2, 'placed'), deliveries: ['dlv_placed', 'dlv_told', 'dlv_dead', 'dlv_pending'] };
  const { updatedAt } = order;
  const delivery = (id: string, state: Delivery['state'], more = {}) =>
    ({
      ...{ id, kind: 'push', action: 'fulfillment', connection: 'scopio-main', order: order.id, state, updatedAt },
      ...{ subject: { fulfillment: 'f1' }, cause: null, ...more },
    }) as Delivery;
  const placed = { remoteId: '7', number: 'SC-1', channel: 'scopio-main', at: updatedAt };
  const told = delivery('dlv_told', 'succeeded');
  const deliveries = [
    delivery('dlv_placed', 'succeeded', { action: 'order', subject: { lineItems: [] }, placed }),
    ...[told, delivery('dlv_dead', 'dead'), delivery('dlv_pending', 'pending')],
  ];
  const known = [...changesOfOrder(undefined, order), { ...changeOfDelivery(undefined, told), revision: 2 } as Change];
  await feed.append(shardNumber(order.id), () => known, '2026-01-01T00:00:00.000Z');
  const rebuild = () =>
    rebuildFeed(['scopio-main'], {
      feed,
      async *eachOrder() {
        yield order;
      },
      getDeliveries: async () => deliveries,
      writeAll: async () => undefined,
    });
  for (const published of [1, 0]) expect(await rebuild()).toEqual({ looked: 1, published });
  const { changes } = await readChanges({ after: EARLIEST, limit: 100, wants: () => true }, feed);
  expect(changes.map(({ type, delivery, revision }) => `${type} ${delivery} ${revision}`)).toEqual([
    ...['order.created null 2', 'order.released null 2', 'fulfillment.reported dlv_told 2'],
    ...['order.placed dlv_placed 2', 'delivery.dead dlv_dead 2'],
  ]);
});
