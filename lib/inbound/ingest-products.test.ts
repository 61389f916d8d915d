import { expect, it } from 'vitest';
import { countStock } from '#lib/catalog/stock';
import { getProduct, noteProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import { getDeliveries, leaseDue } from '#lib/deliveries/ledger';
import type { Change } from '#lib/marketplaces/contract';
import { fromShed, network, order, told, useInbox } from '#test/support/inbox';
import { at } from '#test/support/orders';

const inbox = useInbox();
const { take } = inbox;

it('keeps stock in the catalog and tells those who list the SKU of a new quantity', async () => {
  const stock = (quantity: number, version: string): Change => ({
    type: 'products',
    products: [{ sku: 'MUG-RED', quantity, version }],
  });
  await take(told(stock(0, at(0)), { connection: 'sello-se' }));
  await take(told(stock(7, at(1)), fromShed));
  await take(told(stock(7, at(2)), fromShed));
  await take(told(stock(9, at(1)), fromShed));
  expect(await getProduct('marketful-mx', 'MUG-RED', inbox.table)).toMatchObject({ quantity: 7 });
  expect(inbox.rung).toMatchObject([{ action: 'stock', connection: 'sello-se', subject: { sku: 'MUG-RED' } }]);
});

it('tells more channels than a transaction holds', async () => {
  const channels = Array.from({ length: 200 }, (_, n) => `sello-${n}`);
  const sello = network.connections.get('sello-se') as Connection;
  const connections = new Map([...network.connections, ...channels.map((id) => [id, { ...sello, id }] as const)]);
  const wide = { ...network, connections };
  const stock = (quantity: number): Change => ({
    type: 'products',
    products: [{ sku: 'MUG-RED', quantity, version: null }],
  });
  for (const id of channels) await noteProduct(id, { sku: 'MUG-RED', title: 'Mug' }, inbox.table);
  await take(told(stock(7), fromShed), inbox.table, undefined, wide);
  expect(new Set(inbox.rung.map(({ connection }) => connection))).toEqual(new Set(channels));
  expect(
    await getDeliveries(
      inbox.rung.map(({ id }) => id),
      inbox.table,
    ),
  ).toHaveLength(200);
});

it('tells of a quantity that somebody else overtook anew', async () => {
  const stock = (quantity: number, minute: number): Change => ({
    type: 'products',
    products: [{ sku: 'MUG-RED', quantity, version: at(minute) }],
  });
  let isFirst = true;
  const raced = {
    ...inbox.table,
    transactWrite: async (writes: Parameters<typeof inbox.table.transactWrite>[0]) => {
      if (isFirst) await take(told(stock(7, 1), fromShed));
      isFirst = false;
      return inbox.table.transactWrite(writes);
    },
  };
  await take(told(stock(3, 2), fromShed), raced);
  expect(await getProduct('marketful-mx', 'MUG-RED', inbox.table)).toMatchObject({ quantity: 3 });
});

it('tells a channel that begins to list a SKU the number that stands, unless it has it', async () => {
  const listed = (sku: string, quantity: number): Change => ({
    type: 'products',
    products: [{ sku, quantity, version: null }],
  });
  for (const sku of ['A', 'B']) await take(told(listed(sku, 7), fromShed));
  const atSello = { connection: 'sello-se' };
  for (const change of [listed('A', 7), listed('B', 0), listed('B', 3), listed('C', 3)])
    await take(told(change, atSello));
  expect(inbox.rung).toMatchObject([{ action: 'stock', connection: 'sello-se', subject: { sku: 'B' } }]);
});

it.each([true, false])(
  'tells a channel that lists a SKU in the moment in which its number comes (first: %s)',
  async (isFirst) => {
    const product = (quantity: number): Change => ({
      type: 'products',
      products: [{ sku: 'NEW', quantity, version: null }],
    });
    const both = [told(product(7), fromShed), told(product(0), { connection: 'sello-se' })];
    const [one, other] = isFirst ? both : both.toReversed();
    if (!one || !other) throw new Error('both are there');
    // Both have read the present state, and neither has written.
    let others = [other];
    const raced = {
      ...inbox.table,
      transactWrite: async (writes: Parameters<typeof inbox.table.transactWrite>[0]) => {
        const now = others;
        others = [];
        for (const each of now) await take(each);
        return inbox.table.transactWrite(writes);
      },
    };
    await take(one, raced);
    expect(inbox.rung).toMatchObject([{ action: 'stock', connection: 'sello-se', subject: { sku: 'NEW' } }]);
  },
);

it('tells a channel the number of a SKU that an order has named, once it lists that, whatever it says of it', async () => {
  await take(told({ type: 'products', products: [{ sku: 'OLD', quantity: 7, version: null }] }, fromShed));
  await noteProduct('sello-se', { sku: 'OLD', title: 'Old' }, inbox.table);
  const listed: Change = { type: 'products', products: [{ sku: 'OLD', title: 'Old', version: null }] };
  for (let times = 0; times < 2; times += 1) await take(told(listed, { connection: 'sello-se' }));
  expect(inbox.rung).toMatchObject([{ action: 'stock', connection: 'sello-se', subject: { sku: 'OLD' } }]);
});

it('counts nothing of a disabled merchant, and tells who lists it', async () => {
  const shed = { connection: 'shoppo-supply' };
  const sku = (name: string, merchant?: string): Change => ({
    type: 'products',
    products: [{ sku: name, quantity: 7, version: at(1), ...(merchant && { merchant }) }],
  });
  await take(told(sku('MUG-RED'), { connection: 'sello-se' }));
  await take(told(sku('MUG-RED', 'm1'), shed));
  await take(told(sku('PLATE'), shed));
  inbox.rung = [];
  const toggled = (enabled: boolean, minute: number) =>
    take(told({ type: 'merchants', merchants: [['m1', enabled]] }, { ...shed, receivedAt: at(minute) }));
  await toggled(false, 2);
  expect(await getProduct('shoppo-supply', 'MUG-RED', inbox.table)).toMatchObject({
    merchantEnabled: false,
    quantity: 7,
  });
  expect(await getProduct('shoppo-supply', 'PLATE', inbox.table)).not.toHaveProperty('merchantEnabled');
  expect(inbox.rung).toMatchObject([{ action: 'stock', connection: 'sello-se' }]);
  await toggled(false, 3);
  expect(inbox.rung).toHaveLength(1);
  await toggled(true, 4);
  expect(inbox.rung).toHaveLength(2);
});

it('reserves what was just sold, once, and tells whoever lists it', async () => {
  const listed: Change = { type: 'products', products: [{ sku: 'MUG-RED', quantity: 7, version: at(0) }] };
  await take(told(listed, { connection: 'sello-se' }));
  await take(told(listed, fromShed));
  inbox.rung = [];
  await take(told(order()));
  await take(told(order()));
  expect(inbox.rung.map(({ action, connection }) => [action, connection]).sort()).toEqual([
    ['order', 'marketful-mx'],
    ['stock', 'sello-se'],
  ]);
  expect(await countStock('MUG-RED', network, new Date(), inbox.table)).toBe(5);
});

it('tells a channel once of a SKU that sells on while that waits, and again of what is sold once it has begun', async () => {
  const listed: Change = { type: 'products', products: [{ sku: 'MUG-RED', quantity: 70, version: at(0) }] };
  await take(told(listed, { connection: 'sello-se' }));
  await take(told(listed, fromShed));
  inbox.rung = [];
  const telling = () => inbox.rung.filter(({ action }) => action === 'stock');
  for (const externalId of ['ord_1', 'ord_2', 'ord_3']) await take(told(order({ externalId })));
  expect(telling()).toHaveLength(1);
  await leaseDue(telling()[0]?.id ?? '', 'sello', new Date(), inbox.table);
  for (const externalId of ['ord_4', 'ord_5']) await take(told(order({ externalId })));
  expect(telling()).toHaveLength(2);
  expect(await countStock('MUG-RED', network, new Date(), inbox.table)).toBe(60);
});
