import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProductSnapshot } from '#lib/catalog/product';
import { startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
  await put('shed', { sku: 'MUG', quantity: 7, ean: '5901', version: '2026-11-20T08:00:00.000Z' });
  await put('shed', { sku: 'A#1', quantity: 0, version: '2026-11-20T08:00:00.000Z' });
  await put('shop', { sku: 'MUG', title: 'Mug', quantity: 3, version: '2026-11-20T09:00:00.000Z' });
  await put('shop', { sku: 'ÅNGA', title: 'Steam', enabled: true, version: null });
  for (let n = 10; n < 22; n++) await put(n % 2 ? 'shop' : 'shed', { sku: `SKU-${n}`, version: null });
});
afterAll(() => api.stop());

async function put(connection: string, told: ProductSnapshot): Promise<void> {
  const { applyProduct } = await import('#lib/catalog/product');
  const { putProduct } = await import('#lib/catalog/store');
  const { transact } = await import('#lib/platform/table/table');
  const product = applyProduct(undefined, told, { connection, receivedAt: '2026-11-20T10:00:00.000Z' });
  await transact([putProduct(product, undefined)]);
}

const ALL = ['A#1', 'MUG', ...Array.from({ length: 12 }, (_, n) => `SKU-${n + 10}`), 'ÅNGA'];

async function pages(path: string, plural: string, limit: number) {
  const found: Array<{ sku: string; connection?: string }> = [];
  let cursor: string | undefined;
  do {
    const { status, body } = await api.call('GET', `${path}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`);
    expect(status).toBe(200);
    expect(body[plural].length).toBeLessThanOrEqual(limit);
    found.push(...body[plural]);
    cursor = body.cursor;
  } while (cursor);
  return found;
}

test('products of all connections by SKU, in pages that lose and repeat nothing', async () => {
  const whole = await pages('/products?', 'products', 200);
  expect(whole.map(({ sku, connection }) => `${connection} ${sku}`)).toEqual([
    'shed A#1',
    'shed MUG',
    'shop MUG',
    ...Array.from({ length: 12 }, (_, n) => `${n % 2 ? 'shop' : 'shed'} SKU-${n + 10}`),
    'shop ÅNGA',
  ]);
  for (const limit of [1, 4, 16]) expect(await pages('/products?', 'products', limit)).toEqual(whole);
});

test('products of one connection, and one SKU at all of them', async () => {
  const shop = await pages('/products?connection=shop&', 'products', 3);
  expect(shop.map(({ sku }) => sku)).toEqual([
    'MUG',
    'SKU-11',
    'SKU-13',
    'SKU-15',
    'SKU-17',
    'SKU-19',
    'SKU-21',
    'ÅNGA',
  ]);
  expect((await api.call('GET', '/products?sku=MUG')).body).toEqual({
    products: [
      { connection: 'shed', sku: 'MUG', quantity: 7, ean: '5901', updatedAt: '2026-11-20T08:00:00.000Z' },
      { connection: 'shop', sku: 'MUG', title: 'Mug', quantity: 3, updatedAt: '2026-11-20T09:00:00.000Z' },
    ],
  });
  expect((await api.call('GET', '/products?sku=A%231&connection=shed')).body.products).toHaveLength(1);
  for (const query of ['sku=none', 'connection=none', 'connection=shop&sku=A%231'])
    expect(await api.call('GET', `/products?${query}`)).toMatchObject({ status: 200, body: { products: [] } });
});

test('stock counts what warehouses said, and shows what channels list beside it', async () => {
  expect((await api.call('GET', '/stock?sku=MUG')).body).toEqual({
    stock: [
      {
        sku: 'MUG',
        eans: ['5901'],
        prices: [],
        forSale: 7,
        quantities: [
          { connection: 'shed', quantity: 7, warehouse: true, updatedAt: '2026-11-20T08:00:00.000Z' },
          { connection: 'shop', quantity: 3, warehouse: false, updatedAt: '2026-11-20T09:00:00.000Z' },
        ],
      },
    ],
  });
  expect((await api.call('GET', '/stock?sku=A%231')).body.stock).toMatchObject([{ forSale: 0 }]);
  expect((await api.call('GET', '/stock?sku=%C3%85NGA')).body.stock).toEqual([
    { sku: 'ÅNGA', eans: [], prices: [], forSale: null, quantities: [] },
  ]);
  expect((await api.call('GET', '/stock?sku=none')).body).toEqual({ stock: [] });
});

test('the explanation of a stock says where each unit comes from', async () => {
  const { status, body } = await api.call('GET', '/stock/MUG/explanation');
  expect(status).toBe(200);
  expect(body).toMatchObject({ sku: 'MUG', forSale: 7, warehouses: [{ connection: 'shed', counts: 7, reserved: 0 }] });
  expect(body.sentence).toBe('7 units of MUG for sale. shed said 7 at 2026-11-20T08:00:00.000Z.');
  expect(await api.call('GET', '/stock/none/explanation')).toMatchObject({ status: 404 });
});

test('stock holds each SKU once, in pages that lose and repeat nothing', async () => {
  for (const limit of [1, 2, 7, 200]) {
    const found = await pages('/stock?', 'stock', limit);
    expect(found.map(({ sku }) => sku)).toEqual(ALL);
  }
});
