import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SelloSandbox, startSelloSandbox } from '#sandbox/marketplaces/sello/index';
import { eventually } from '../support/hub.ts';
import type { ShownDelivery } from '../support/shown.ts';
import { SHED, type Stage, startStage } from '../support/stage.ts';

const WATCHED = '4009900000017';

let stage: Stage;
let sello: SelloSandbox;
beforeAll(async () => {
  sello = await startSelloSandbox({ apiKey: 'key', requestsPerMinute: 100_000 });
  stage = await startStage({
    env: { POLL_INTERVAL_SECONDS: '1' },
    edit: ({ connections }) => {
      const shed = connections.find(({ id }) => id === SHED);
      if (shed) shed.settings = { skus: ['MUG-BLUE'], eans: { 'SET-OF-2': WATCHED } };
      const secrets = { apiKey: 'key', webhookSecret: 'url-secret' };
      connections.push({
        id: 'sello-se',
        marketplace: 'sello',
        baseUrl: sello.baseUrl,
        secrets,
        requestsPerMinute: 100_000,
      });
    },
  });
});
afterAll(async () => {
  await stage?.stop();
  await sello?.stop();
});

interface Stock {
  sku: string;
  forSale: number | null;
  quantities: Array<{ connection: string; quantity: number; warehouse: boolean }>;
}

const stockOf = async (sku: string): Promise<Stock | undefined> =>
  (await stage.hub.get<{ stock: Stock[] }>(`/stock?sku=${sku}`)).stock[0];
const forSale = (sku: string, quantity: number) =>
  eventually(async () => (await stockOf(sku))?.forSale === quantity, `${quantity} of ${sku}`);

test('stock follows the SKUs that are shipped, those that are watched, and those known by their EAN', async () => {
  stage.scopio.place({ id: 'stocked', items: [{ sku: 'TEA-LINDEN', quantity: 2 }] });
  await stage.settled('stocked', 'order', 'succeeded');
  await forSale('TEA-LINDEN', 98);
  stage.marketful.setStock({ sku: 'TEA-LINDEN', quantity: 5 });
  await forSale('TEA-LINDEN', 5);
  await forSale('MUG-BLUE', 100);
  stage.marketful.setStock({ sku: 'MF-77', quantity: 9, ean: WATCHED });
  await forSale('SET-OF-2', 9);
  const { products } = await stage.hub.get<{ products: object[] }>(`/products?connection=${SHED}&sku=SET-OF-2`);
  expect(products).toMatchObject([{ connection: SHED, ean: WATCHED, quantity: 9 }]);
});

test('a SKU that Marketful does not know holds up nothing and says nothing', async () => {
  stage.marketful.faults.add({
    on: 'GET /items/get_stock',
    kind: 'status',
    status: 402,
    body: { message: 'Item MUG-BLUE not found' },
    contains: 'MUG-BLUE',
  });
  stage.marketful.setStock({ sku: 'MUG-BLUE', quantity: 41 });
  await forSale('MUG-BLUE', 41);
  expect(await stage.events(`connection=${SHED}&state=unreadable`)).toEqual([]);
});

test('a change of stock at the warehouse is told to the channel that lists the SKU', async () => {
  const listed = () => sello.products().find((product) => product.private_reference === 'MUG-BLUE');
  const lists = async () => (await stockOf('MUG-BLUE'))?.quantities.some(({ connection }) => connection === 'sello-se');
  await eventually(lists, "Sello's products in the catalog");
  stage.marketful.setStock({ sku: 'MUG-BLUE', quantity: 17 });
  await eventually(() => listed()?.quantity === 17, 'the quantity at Sello');
});

const ask = async (action: string, body: unknown): Promise<string> => {
  const response = await stage.hub.send('POST', `/connections/${SHED}/requests/${action}`, body);
  expect(response.status).toBe(202);
  return ((await response.json()) as ShownDelivery).id;
};
const ended = (id: string, state: string) =>
  eventually(async () => {
    const delivery = await stage.hub.get<ShownDelivery>(`/deliveries/${id}`);
    return delivery.state === state && delivery;
  }, `${id} ${state}`);
const itemOf = (sku: string) => stage.marketful.stock().filter((item) => item.sku === sku);
const created = (sku: string) => ({ title: sku, list_price: 99.5, sku });

test('a product is registered, changed and deleted on request', async () => {
  const done = await ended(
    await ask('items-create', { items: [{ ...created('NEW-1'), ean: '590', weight: 0.4 }] }),
    'succeeded',
  );
  expect(done.attempts).toMatchObject([{ outcome: 'succeeded', httpStatus: 200, description: 'saved: NEW-1' }]);
  const [item] = itemOf('NEW-1');
  expect(item).toMatchObject({ list_price: 99.5, ean: '590', weigth: 0.4 });
  await ended(await ask('items-update', { item_id: item?.id, title: 'Newer' }), 'succeeded');
  expect(itemOf('NEW-1')).toMatchObject([{ title: 'Newer', list_price: 99.5 }]);
  await ended(await ask('items-delete', { item_id: item?.id }), 'succeeded');
  expect(itemOf('NEW-1')).toEqual([]);
  const gone = await ended(await ask('items-delete', { item_id: item?.id }), 'dead');
  expect(gone.cause).toEqual({ code: 'http_401', description: 'Item not found' });
});

test('what could not be saved is named, and what could be stands', async () => {
  const id = await ask('items-create', { items: [created('MUG-RED'), created('NEW-2')] });
  const { cause, attempts } = await ended(id, 'dead');
  expect(cause?.description).toBe('The following Items could not be saved: MUG-RED; saved: NEW-2');
  expect(attempts).toMatchObject([{ outcome: 'refused', httpStatus: 201 }]);
  expect(itemOf('NEW-2')).toHaveLength(1);
  const incomplete = await ended(await ask('items-create', { items: [created('ÑANDÚ!')] }), 'dead');
  expect(incomplete.cause?.description).toMatch(/^No item was saved because .*: ÑANDÚ!$/);
});

test('products that were saved before the answer was lost are found, not saved again', async () => {
  stage.marketful.faults.add({ on: 'POST /items/create_item', kind: 'accept-then-reset' });
  const { attempts } = await ended(await ask('items-create', { items: [created('LOST-1')] }), 'succeeded');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'succeeded']);
  expect(itemOf('LOST-1')).toHaveLength(1);
});

test('goods whose announcement nobody can read back are announced again only by a person', async () => {
  const announced = () => stage.marketful.received().counts.entries;
  await ended(await ask('entry-order', { entry_order: { 'MUG-RED': 40 } }), 'succeeded');
  expect(announced()).toBe(1);
  stage.marketful.faults.add({ on: 'POST /entradas/nueva_entrada_api', kind: 'accept-then-reset' });
  const id = await ask('entry-order', { entry_order: { 'MUG-RED': 10 } });
  const { cause, attempts } = await ended(id, 'blocked');
  expect(cause?.code).toBe('outcome_unknown');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'refused']);
  expect(announced()).toBe(2);
  await stage.hub.send('POST', `/deliveries/${id}/replay`, { reason: 'it is not there' });
  const done = await ended(id, 'succeeded');
  expect(done.attempts.at(-1)?.description).toMatch(/^[0-9a-f]{8}$/);
  expect(announced()).toBe(3);
  const refused = await ended(await ask('entry-order', { entry_order: { NOTHING: 1 } }), 'dead');
  expect(refused.cause?.description).toMatch(/were not found or .*: NOTHING$/);
});
