import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { queryPartition, transact } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { orderOf } from '#test/support/orders';
import { explainStock } from './list.ts';
import { applyProduct, type Product, type ProductSnapshot, unitsOf } from './product.ts';
import { reserve } from './reservations.ts';
import { planSold, reserveSold } from './reserve-sold.ts';
import { countStock, planListing, planStock, type StockNetwork } from './stock.ts';
import { findByEan, getProduct, noteProduct, putProduct } from './store.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 9, minute)).toISOString();
const source = (minute: number) => ({ connection: 'shed', receivedAt: at(minute) });
const apply = (known: Product | undefined, told: Partial<ProductSnapshot>, minute = 5) =>
  applyProduct(known, { sku: 'MUG', version: null, ...told }, source(minute));

it('keeps what a later word leaves out, and no older word', () => {
  const first = apply(undefined, { title: 'Mug', quantity: 3, version: at(1) });
  expect(first).toMatchObject({ id: 'shed:MUG', title: 'Mug', quantity: 3, updatedAt: at(1) });
  const second = apply(first, { quantity: 2, version: at(2) });
  expect(second).toMatchObject({ title: 'Mug', quantity: 2, updatedAt: at(2) });
  expect(apply(second, { quantity: 9, version: at(1) })).toBe(second);
});

it('hides no later word behind a date far ahead of the clock', () => {
  const wrong = apply(undefined, { quantity: 3, version: '2099-01-01T00:00:00.000Z' }, 1);
  const stored = wrong && { ...wrong, updatedAt: '2099-01-01T00:00:00.000Z' };
  for (const known of [wrong, stored])
    expect(apply(known, { quantity: 2, version: at(2) }, 2)).toMatchObject({ quantity: 2, updatedAt: at(2) });
});

it('does not write anew what a source without versions says again', () => {
  const first = apply(undefined, { quantity: 3 }, 1);
  expect(apply(first, { quantity: 3 }, 2)).toBe(first);
  expect(apply(first, { quantity: 4 }, 2)).toMatchObject({ quantity: 4, updatedAt: at(2) });
});

it('ends in the same product whichever of two words came first', () => {
  const word = fc.record({ quantity: fc.nat(3), version: fc.nat(2).map(at) });
  fc.assert(
    fc.property(word, word, (one, other) => {
      const forth = apply(apply(undefined, one), other);
      const back = apply(apply(undefined, other), one);
      expect(forth).toEqual(back);
    }),
  );
});

it('is the listing that can be sold where a disabled one has the same SKU, whichever was told first', () => {
  const [live, former] = [
    { externalId: 's2', quantity: 5, enabled: true },
    { externalId: 's1', quantity: 3, enabled: false },
  ];
  for (const [one, other] of [
    [live, former],
    [former, live],
  ])
    expect(apply(apply(undefined, one ?? {}, 1), other ?? {}, 2)).toMatchObject(live);
  expect(apply(apply(undefined, live, 1), { externalId: 's2', enabled: false }, 2)).toMatchObject({ enabled: false });
});

const connection = (id: string): [string, Connection] => [
  id,
  { id, marketplace: id, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
];
const sells = { info: { sells: true } };
const ROLES: Record<string, ReturnType<StockNetwork['roleOf']>> = {
  shop: { ...sells, takesStock: true },
  deaf: sells,
  other: { ...sells, takesStock: true },
};
const network: StockNetwork = {
  connections: new Map(['shop', 'deaf', 'other', 'shed', 'barn'].map(connection)),
  roleOf: (marketplace) => ROLES[marketplace] ?? { info: { sells: false } },
};

it('tells a new quantity of a warehouse to the channels that list the SKU and can be told', async () => {
  const table = memoryTable();
  for (const channel of ['shop', 'deaf']) await noteProduct(channel, { sku: 'MUG', title: 'Mug' }, table);
  const stocked = apply(undefined, { quantity: 7, version: at(1) });
  const planned = await planStock(stocked, network, table);
  expect(planned).toMatchObject([{ action: 'stock', connection: 'shop', order: null, subject: { sku: 'MUG' } }]);
  expect(await planStock(stocked, network, table)).toEqual(planned);
  const listed = { ...stocked, id: 'shop:MUG', connection: 'shop' };
  expect(await planStock(listed, network, table)).toEqual([]);
});

it('tells a channel that lists a SKU for the first time, or anew after it was deleted, the number that stands', async () => {
  const table = memoryTable();
  await transact([putProduct(apply(undefined, { quantity: 7, version: at(1) }), undefined)], table);
  const listed = (externalId: string, quantity: number): Product => ({
    ...{ id: 'shop:MUG', connection: 'shop', sku: 'MUG', updatedAt: at(2), revision: 1, externalId, quantity },
  });
  const isTold = async (known: Product | undefined, product: Product) =>
    (await planListing(known, product, network, table)).length > 0;
  expect(await isTold(undefined, listed('1', 3))).toBe(true);
  expect(await isTold(listed('1', 3), listed('1', 2))).toBe(false);
  expect(await isTold(listed('1', 7), listed('2', 3))).toBe(true);
  expect(await isTold(listed('1', 3), listed('2', 7))).toBe(false);
});

it('counts what warehouses said, and tells none from zero', async () => {
  const table = memoryTable();
  expect(await countStock('MUG', network, new Date(), table)).toBeNull();
  for (const [at, quantity] of [
    ['shed', 0],
    ['barn', 5],
    ['shop', 99],
  ] as const) {
    const product = applyProduct(undefined, { sku: 'MUG', quantity, version: null }, { ...source(1), connection: at });
    await transact([putProduct(product, undefined)], table);
  }
  expect(await countStock('MUG', network, new Date(), table)).toBe(5);
});

it('notes a SKU below whatever its marketplace says of it', async () => {
  const table = memoryTable();
  await noteProduct('shed', { sku: 'NOTED', title: 'Mug' }, table);
  const noted = await getProduct('shed', 'NOTED', table);
  expect(noted).toMatchObject({ title: 'Mug', updatedAt: new Date(0).toISOString(), revision: 1 });
  const told = applyProduct(noted, { sku: 'NOTED', title: 'Red mug', version: '1999-01-01T00:00:00.000Z' }, source(1));
  expect(await transact([putProduct(told, noted)], table)).toBe(true);
  await noteProduct('shed', { sku: 'NOTED', title: 'Mug' }, table);
  expect(await getProduct('shed', 'NOTED', table)).toMatchObject({ title: 'Red mug', revision: 2 });
  expect(await transact([putProduct(told, noted)], table)).toBe(false);
});

it('counts nothing of what is disabled, or of a disabled merchant', async () => {
  expect(unitsOf(apply(undefined, { quantity: 7 }))).toBe(7);
  expect(unitsOf(apply(undefined, { quantity: 7, enabled: false }))).toBe(0);
  expect(unitsOf(apply(undefined, { quantity: 7, enabled: true, merchantEnabled: false }))).toBe(0);
  expect(unitsOf(apply(undefined, { enabled: false }))).toBeUndefined();
});

it('finds a product by its EAN', async () => {
  const table = memoryTable();
  await noteProduct('shed', { sku: 'MUG', title: 'Mug', ean: '590' }, table);
  await noteProduct('shed', { sku: '777', title: 'Bare', ean: '777' }, table);
  expect(await findByEan('shed', '590', table)).toMatchObject({ sku: 'MUG', ean: '590' });
  expect(await findByEan('shed', '777', table)).toBeUndefined();
  expect(await findByEan('barn', '590', table)).toBeUndefined();
});

describe('what was just sold', () => {
  const shed = connection('shed')[1];
  const order = orderOf();
  const placement = { id: 'dlv_1', createdAt: at(10), lineItems: [{ id: 'li_1', quantity: 2 }] };
  const delivery = (changes: Partial<Delivery> = {}): Delivery => ({
    ...openDelivery(
      {
        id: 'dlv_1',
        kind: 'push',
        action: 'order',
        connection: 'shed',
        marketplace: 'shed',
        order: order.id,
        subject: { lineItems: placement.lineItems },
      },
      at(10),
    ),
    ...changes,
  });
  const placed = (minute: number) => ({
    placed: { remoteId: '1', number: 'N', channel: 'c', at: at(minute) },
    state: 'succeeded' as const,
  });

  async function left(
    changes: Partial<Delivery>,
    { minute = 10, settings = {} }: { minute?: number; settings?: object } = {},
  ) {
    const table = memoryTable();
    const warehouse = { ...shed, settings: settings as Connection['settings'] };
    expect(await reserve(order, placement, warehouse, table)).toEqual(['MUG-RED']);
    await reserve(order, placement, warehouse, table);
    await transact([putNewDelivery(delivery(changes))], table);
    const product = applyProduct(undefined, { sku: 'MUG-RED', quantity: 7, version: at(9) }, source(9));
    await transact([putProduct(product, undefined)], table);
    const now = { ...network, connections: new Map([...network.connections, ['shed', warehouse]]) };
    return countStock('MUG-RED', now, new Date(at(minute)), table);
  }

  it('is of all names that the channels have for the same goods', async () => {
    const settings = { skus: { 'MUG-RED': 'W-1', 'TASSE-ROT': 'W-1', 'MUG-BLUE': 'W-2' } };
    const names = await reserve(order, placement, { ...shed, settings }, memoryTable());
    expect(names).toEqual(['MUG-RED', 'TASSE-ROT']);
    expect(await reserve(order, placement, { ...shed, settings: { skus: ['MUG-RED'] } }, memoryTable())).toEqual([
      'MUG-RED',
    ]);
    const more = order.ucp.line_items.map((line) => ({ ...line, id: 'li_9', item: { ...line.item, id: 'TASSE-ROT' } }));
    const both = { ...order, ucp: { ...order.ucp, line_items: [...order.ucp.line_items, ...more] } };
    const lineItems = [...placement.lineItems, { id: 'li_9', quantity: 3 }];
    const table = memoryTable();
    expect(await reserve(both, { ...placement, lineItems }, { ...shed, settings }, table)).toEqual(names);
    expect(await queryPartition('RESERVED#shed#W-1', { table })).toMatchObject([{ quantity: 5 }]);
  });

  it('is told once, and once more for each time that it is found', async () => {
    const listed = applyProduct(
      undefined,
      { sku: 'MUG-RED', quantity: 9, version: at(9) },
      { ...source(9), connection: 'shop' },
    );
    const table = memoryTable();
    await transact([putProduct(listed, undefined)], table);
    const shop = connection('shop')[1];
    const both = { ...network, connections: new Map([['shop', shop] as const, ['shed', shed] as const]) };
    const sold = { ...order, placements: [{ delivery: 'dlv_1', connection: 'shed', lineItems: placement.lineItems }] };
    const ids = [undefined, undefined, at(11), at(12)].map(async (found) => {
      const asked = await planSold(sold, delivery(), both, found, table);
      return asked.map(({ id, action, connection: to }) => [to, action, id].join(' '));
    });
    const [first = [], ...others] = await Promise.all(ids);
    expect(first).toEqual([expect.stringContaining('shop stock ')]);
    expect(new Set([first, ...others].flat()).size).toBe(3);
    // Units may be given back days after they were placed.
    const rung: Delivery[] = [];
    const ring = async (each: readonly Delivery[]) => void rung.push(...each);
    const [updatedAt, nextAttemptAt] = [at(59), at(59)];
    await reserveSold({ ...sold, updatedAt }, [delivery()], both, { table, ring });
    expect(rung).toMatchObject([{ action: 'stock', createdAt: updatedAt, nextAttemptAt }]);
  });

  it('is subtracted until its warehouse has seen it', async () => {
    expect(await left({})).toBe(5);
    expect(await left({ state: 'blocked' }, { minute: 50 })).toBe(5);
    expect(await left(placed(10), { minute: 11 })).toBe(5);
    expect(await left(placed(8))).toBe(7);
    // The shed subtracted it and told so before its answer arrived.
    const asked = (outcome: 'failed' | 'unknown' | 'succeeded', minute: number) => ({
      ...{ number: 1, outcome, startedAt: at(minute), endedAt: at(10), nextAttemptAt: null },
    });
    expect(await left({ ...placed(10), attempts: [asked('succeeded', 9)] })).toBe(7);
    expect(await left({ ...placed(10), attempts: [asked('unknown', 9), asked('succeeded', 10)] })).toBe(7);
    expect(await left({ ...placed(10), attempts: [asked('failed', 9), asked('succeeded', 10)] })).toBe(5);
    // A gateway had no answer, and the shed had not heard: its number of minute 9 is from before the order.
    const pushed = { ...placed(10), placed: { ...placed(10).placed, revision: 1 } };
    expect(await left({ ...pushed, attempts: [asked('unknown', 8), asked('succeeded', 10)] })).toBe(5);
    expect(await left({ ...placed(20), attempts: [asked('succeeded', 8), asked('succeeded', 20)] })).toBe(7);
    // The shed repeats its number, as it may subtract what it ships.
    expect(await left(placed(10), { minute: 60 * 23 })).toBe(5);
    expect(await left(placed(10), { minute: 60 * 24 + 11 })).toBe(7);
    expect(await left({}, { minute: 60 * 24 * 8 })).toBe(7);
  });

  it('comes back with what nobody wants any more', async () => {
    expect(await left({ state: 'dead' })).toBe(5);
    const cause = { code: 'http_422', description: '' };
    // It is reported in the dead-letter queue, and may be replayed.
    expect(await left({ state: 'dead', deadLettered: true, cause })).toBe(5);
    expect(await left({ state: 'dead', deadLettered: true, cause: { code: 'order_cancelled', description: '' } })).toBe(
      7,
    );
  });

  it('is removed with others that its warehouse has seen, and no other is', async () => {
    const table = memoryTable();
    const [sold, waiting] = [
      Array.from({ length: 12 }, (_, n) => ({ ...delivery(placed(8)), id: `dlv_${n + 10}` })),
      [{ ...delivery({}), id: 'dlv_9' }],
    ];
    for (const each of [...sold, ...waiting]) {
      await reserve(order, { ...placement, id: each.id }, shed, table);
      await transact([putNewDelivery(each)], table);
    }
    const product = applyProduct(undefined, { sku: 'MUG-RED', quantity: 7, version: at(9) }, source(9));
    await transact([putProduct(product, undefined)], table);
    const kept = () => queryPartition<{ delivery: string }>('RESERVED#shed#MUG-RED', { table });
    expect(await kept()).toHaveLength(13);
    for (const _time of [1, 2]) {
      expect(await countStock('MUG-RED', network, new Date(at(10)), table)).toBe(5);
      expect((await kept()).map((each) => each.delivery)).toEqual(['dlv_9']);
    }
  });

  it('is counted without its placements once those of many were read', async () => {
    const table = memoryTable();
    const product = applyProduct(undefined, { sku: 'MUG-RED', quantity: 99, version: at(9) }, source(9));
    await transact([putProduct(product, undefined)], table);
    for (const id of Array.from({ length: 12 }, (_, n) => `dlv_${n}`)) {
      await reserve(order, { ...placement, id }, shed, table);
      await transact([putNewDelivery({ ...delivery(id === 'dlv_0' ? {} : placed(10)), id })], table);
    }
    let read = 0;
    const batchGet: typeof table.batchGet = (keys) => {
      read += keys.filter(({ pk }) => String(pk).startsWith('DELIVERY')).length;
      return table.batchGet(keys);
    };
    const count = () => countStock('MUG-RED', network, new Date(at(11)), { ...table, batchGet });
    expect([await count(), await count()]).toEqual([75, 75]);
    expect(read).toBe(12);
    // Its units were given back, so that it is reserved anew.
    const cancelled = { ...placement, id: 'dlv_1', lineItems: [{ id: 'li_1', quantity: 0 }] };
    await reserve(order, cancelled, shed, table);
    expect(await count()).toBe(77);
    const known = await getProduct('shed', 'MUG-RED', table);
    await transact([putProduct({ ...product, updatedAt: at(10) }, known)], table);
    expect(await count()).toBe(97);
  });

  it('is of the product that has its EAN, where it is sold under that', async () => {
    const table = memoryTable();
    const sku = '5901234123457';
    await noteProduct('shed', { sku: 'W-1', title: 'Mug', ean: sku }, table);
    const [line] = order.ucp.line_items;
    if (!line) throw new Error('it has a line');
    const line_items = [{ ...line, item: { ...line.item, id: sku } }];
    const sold = { ...order, ucp: { ...order.ucp, line_items } };
    expect(await reserve(sold, placement, shed, table)).toEqual(['W-1', sku]);
    expect(await queryPartition('RESERVED#shed#W-1', { table })).toMatchObject([{ quantity: 2 }]);
    // Its warehouse may have a number for either name.
    await transact([putNewDelivery(delivery({}))], table);
    const product = applyProduct(undefined, { sku, quantity: 7, version: at(9) }, source(9));
    await transact([putProduct(product, undefined)], table);
    expect(await countStock(sku, network, new Date(at(10)), table)).toBe(5);
    const settings = { skus: { [sku]: 'MF-1' } };
    expect(await reserve(sold, placement, { ...shed, settings }, table)).toEqual([sku]);
    expect(await queryPartition('RESERVED#shed#MF-1', { table })).toMatchObject([{ quantity: 2 }]);
  });

  it('is of what the warehouse itself calls the goods', async () => {
    expect(await left({}, { settings: { skus: { 'MUG-RED': 'MF-1' } } })).toBe(5);
  });
});

it('says why a number is what it is, and what each channel is told', () => {
  const product = apply(undefined, { quantity: 6, version: at(1) });
  const counted = [
    { product, units: 6, reserved: 2 },
    { product: { ...product, connection: 'barn', enabled: false }, units: 0, reserved: 0 },
  ];
  const [, shop] = connection('shop');
  const connections = new Map([...network.connections, ['shop', { ...shop, settings: { stockBuffer: 3 } }]]);
  const products = [product, { ...product, connection: 'shop' }, { ...product, connection: 'deaf' }];
  expect(explainStock('MUG', { products, counted }, { ...network, connections })).toMatchObject({
    sentence: `4 units of MUG for sale. shed said 6 at ${at(1)}, of which 2 were just sold. barn said 6 at ${at(1)}, and does not sell them: they do not count. shop is told 1, as 3 are held back from it.`,
    forSale: 4,
    channels: [{ connection: 'shop', buffer: 3, told: 1 }],
  });
  expect(explainStock('MUG', { products: [], counted: [] }, network).sentence).toContain('No warehouse said');
  const none = { products, counted: counted.slice(1) };
  expect(explainStock('MUG', none, { ...network, connections }).sentence).not.toContain('held back');
});
