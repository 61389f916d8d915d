import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Connection } from '#lib/connections/connection';
import { transact } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { applyProduct, type Product, type ProductSnapshot } from './product.ts';
import { countStock, type Market, planStock } from './stock.ts';
import { getProduct, noteProduct, putProduct } from './store.ts';

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

const connection = (id: string): [string, Connection] => [
  id,
  { id, marketplace: id, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
];
const sells = { info: { sells: true } };
const ROLES: Record<string, ReturnType<Market['roleOf']>> = {
  shop: { ...sells, takesStock: true },
  deaf: sells,
  other: { ...sells, takesStock: true },
};
const market: Market = {
  connections: new Map(['shop', 'deaf', 'other', 'shed', 'barn'].map(connection)),
  roleOf: (marketplace) => ROLES[marketplace] ?? { info: { sells: false } },
};

it('tells a new quantity of a warehouse to the channels that list the SKU and can be told', async () => {
  const table = memoryTable();
  for (const channel of ['shop', 'deaf']) await noteProduct(channel, { sku: 'MUG', title: 'Mug' }, table);
  const stocked = apply(undefined, { quantity: 7, version: at(1) });
  const planned = await planStock(stocked, market, table);
  expect(planned).toMatchObject([{ action: 'stock', connection: 'shop', order: null, subject: { sku: 'MUG' } }]);
  expect(await planStock(stocked, market, table)).toEqual(planned);
  const listed = { ...stocked, id: 'shop:MUG', connection: 'shop' };
  expect(await planStock(listed, market, table)).toEqual([]);
});

it('counts what warehouses said, and tells none from zero', async () => {
  const table = memoryTable();
  expect(await countStock('MUG', market, table)).toBeNull();
  for (const [at, quantity] of [
    ['shed', 0],
    ['barn', 5],
    ['shop', 99],
  ] as const) {
    const product = applyProduct(undefined, { sku: 'MUG', quantity, version: null }, { ...source(1), connection: at });
    await transact([putProduct(product, undefined)], table);
  }
  expect(await countStock('MUG', market, table)).toBe(5);
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
