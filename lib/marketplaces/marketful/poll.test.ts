import { expect, test } from 'vitest';
import type { Product } from '#lib/catalog/product';
import { BlockedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, pollContext, STORY_PLACEMENT } from '#test/conformance/kit';
import type { PollContext, PollPage } from '../contract.ts';
import { info } from './manifest.ts';
import { map } from './map.ts';
import { poll } from './poll.ts';

const said = (status: number, message: string): Answer => ({ status, body: JSON.stringify({ message }) });
const FOUND: Answer = { status: 200, body: 'events.json' };
const STOCK: Answer = { status: 200, body: 'stock.json' };
const BY_EAN: Answer = { status: 200, body: 'stock-ean.json' };
const GONE = said(404, 'Orden no encontrada');
const UNKNOWN = said(402, 'Item X not found');
const DOWN: Answer = { status: 500, body: '{}' };

const placement = (orderId: string, remoteId: string | null) => ({ ...STORY_PLACEMENT, orderId, remoteId });

interface Known {
  settings?: Record<string, unknown>;
  placements?: Array<ReturnType<typeof placement>>;
  skus?: string[];
  eans?: Record<string, string>;
  stock?: Record<string, number>;
}

function open(script: Answer[], { settings = {}, placements = [], skus = [], eans = {}, stock = {} }: Known) {
  const { calls, http } = createRemote('marketful', script);
  const connection = connectionOf(info, settings);
  const remote = { http, connection, secrets: { accessToken: 'token', userId: 'user' } };
  const context: PollContext = {
    ...pollContext(remote, placements),
    findProduct: async (sku) => ({ sku, ean: eans[sku], quantity: stock[sku] }) as Product,
    async *skus(after) {
      yield* skus.filter((sku) => after === null || sku > after);
    },
  };
  const pages = (resume: string | null = null) => poll({ ...context, resume });
  const read = (resume: string | null = null): Promise<PollPage[]> => Array.fromAsync(pages(resume));
  return { read, pages, asked: () => calls.map(({ url }) => url.pathname.split('/').at(-1) + url.search), connection };
}

test('polls each open placement once, past one that is not to be had, and resumes behind the last', async () => {
  const placements = [placement('a', '1'), placement('b:stock', null), placement('c', '3')];
  const { read, asked } = open([said(404, 'Orden no encontrad'), GONE, FOUND, FOUND, FOUND], { placements });
  expect((await read()).map(({ resume, items }) => [resume, items.length])).toEqual([
    ['placement a', 0],
    ['placement b:stock', 1],
    ['placement c', 1],
    ['watched', 0],
    [null, 0],
  ]);
  expect(asked()).toEqual([
    'get_events?order_id=1',
    'get_orders?canal=scopio-main&orden=SC-1001',
    'get_orders?canal=scopio-main&orden=SC-1001',
    'get_events?order_id=3',
  ]);
  expect((await read('placement b:stock')).map(({ resume }) => resume)).toEqual(['placement c', 'watched', null]);
  expect(asked()).toHaveLength(5);
});

test('a placement that is not known by its id is asked for by its number: the id may be of something else', async () => {
  const { read } = open([said(404, 'Orden no encontrad'), FOUND], { placements: [placement('a', '1000721')] });
  expect((await read())[0]?.items).toMatchObject([{ topic: 'orden', body: { placement: { remoteId: '1000721' } } }]);
});

test("a page in place of Marketful's answer says of no order that it is not there", async () => {
  const page = { status: 404, body: '<!DOCTYPE html><title>Not Found</title>' };
  const placements = ['a', 'b', 'c'].map((id) => placement(id, '1'));
  await expect(open([page, page, page], { placements }).read()).rejects.toThrow(UnknownOutcomeError);
  await expect(open([page, page, page], { skus: ['A', 'B', 'C'] }).read()).rejects.toThrow(UnknownOutcomeError);
});

test('then reads the stock of each SKU once, watched ones first, and resumes behind the last of its own phase', async () => {
  const known = { placements: [placement('a', '1')], settings: { skus: ['W 1', 'B'] }, skus: ['A', 'B', 'C'] };
  const { read, asked } = open([FOUND, STOCK, STOCK, STOCK, STOCK], known);
  expect((await read()).map(({ resume }) => resume)).toEqual([
    'placement a',
    'watched',
    'watched W 1',
    'watched B',
    'sku A',
    'sku C',
    null,
  ]);
  expect(asked().slice(1)).toEqual(['W+1', 'B', 'A', 'C'].map((sku) => `get_stock?sku=${sku}`));
  const later = open([STOCK, STOCK, STOCK], known);
  expect((await later.read('watched W 1')).map(({ resume }) => resume)).toEqual(['watched B', 'sku A', 'sku C', null]);
  const last = open([STOCK], known);
  expect((await last.read('sku A')).map(({ resume }) => resume)).toEqual(['sku C', null]);
});

test('has of a list the stock of the SKU that was asked for', async () => {
  const list = [4, 5].map((available_quantity) => ({
    sku: available_quantity === 5 ? 'A' : 'A-2',
    available_quantity,
  }));
  const { read } = open([{ status: 200, body: JSON.stringify({ data: list }) }], { skus: ['A'] });
  expect((await read()).flatMap(({ items }) => items)).toMatchObject([{ body: { sku: 'A', available_quantity: 5 } }]);
});

test('takes what it cannot read of a resume for a fresh start', async () => {
  const { read } = open([FOUND], { placements: [placement('a', '1')] });
  expect((await read('something else')).map(({ resume }) => resume)).toEqual(['placement a', 'watched', null]);
});

test('one placement that cannot be read holds up no other, and is put before a person where it shows nothing', async () => {
  const placements = ['a', 'b', 'c', 'd'].map((id) => placement(id, id));
  const script: Answer[] = [{ status: 200, body: '{"message":"Success","orden":null}' }, DOWN, FOUND, DOWN];
  const pages = await open(script, { placements }).read();
  expect(pages.map(({ resume, items }) => [resume, items.length])).toEqual([
    ...[
      ['placement a', 1],
      ['placement b', 0],
      ['placement c', 1],
      ['placement d', 0],
      ['watched', 0],
      [null, 0],
    ],
  ]);
  const [shown, read] = pages.flatMap(({ items }) => items);
  const mapped = (item = shown) => map({ topic: 'orden', body: item?.body, receivedAt: '' }, connectionOf(info));
  expect(() => mapped()).toThrow('orden: is missing');
  expect(mapped(read)).toMatchObject({ shipment: { orderId: 'scopio-main:ord_8f3a' } });
});

test('where the id is that of another order, the placement is asked for by its number', async () => {
  for (const orden of [{ id: 1 }, { num_orden: 'MF/SC-1001' }])
    for (const found of [FOUND, GONE]) {
      const told = JSON.stringify({ orden: { num_orden: 'X-1', ...orden } });
      const { read } = open([{ status: 200, body: told }, found], { placements: [placement('a', '1')] });
      const [item] = (await read()).flatMap(({ items }) => items);
      expect(item?.topic).toBe('orden');
      expect(JSON.stringify(item).includes(told.slice(1, -1))).toBe(found === GONE);
    }
  const other = JSON.stringify({ orden: { id: 99, num_orden: 'X-1', tracking_number: 'T' } });
  const { read, asked } = open([{ status: 200, body: other }, GONE], { placements: [placement('a', '1')] });
  expect((await read()).flatMap(({ items }) => items)).toEqual([]);
  expect(asked()).toEqual(['get_events?order_id=1', 'get_orders?canal=scopio-main&orden=SC-1001']);
});

test('a placement that came to no end for 90 days is asked for no more, and told of', async () => {
  const old = { ...placement('a', '1'), placedAt: '2026-08-01T00:00:00.000Z' };
  const { read, asked } = open([FOUND], { placements: [old, placement('b', '2')] });
  const [first] = await read();
  expect(asked()).toEqual(['get_events?order_id=2']);
  const [item] = first?.items ?? [];
  expect(map({ topic: item?.topic ?? '', body: item?.body, receivedAt: '' }, connectionOf(info))).toEqual({
    ...{ type: 'stale', orderId: 'a', number: 'SC-1001', since: old.placedAt },
  });
});

test('where no placement can be read the poll breaks off, behind those that it asked for', async () => {
  const placements = ['a', 'b', 'c', 'd'].map((id) => placement(id, id));
  const { pages } = open([DOWN, DOWN, DOWN], { placements });
  const seen: PollPage[] = [];
  const run = async () => {
    for await (const page of pages()) seen.push(page);
  };
  await expect(run()).rejects.toBeInstanceOf(RetryableError);
  expect(seen.map(({ resume }) => resume)).toEqual(['placement a', 'placement b', 'placement c']);
});

test('asks for what Marketful calls a SKU, and tells what the channels do', async () => {
  const { read, asked } = open([STOCK], { settings: { skus: { 'MUG-RED': 'MF-0017' } } });
  const [, page] = await read();
  expect(asked()).toEqual(['get_stock?sku=MF-0017']);
  expect(page?.items).toMatchObject([{ topic: 'stock', body: { sku: 'MUG-RED' } }]);
});

test('a SKU that is called as a member of every object is asked for as it is', async () => {
  const { read, asked } = open([STOCK], { settings: { eans: {} }, skus: ['constructor'] });
  await read();
  expect(asked()).toEqual(['get_stock?sku=constructor']);
});

test('asks by EAN where the SKU is not known, and first where the settings say so', async () => {
  const script = [BY_EAN, STOCK, UNKNOWN, BY_EAN, UNKNOWN];
  const { read, asked, connection } = open(script, {
    settings: { eans: { SET: '1' } },
    skus: ['A', 'LOST', 'SET', 'Z'],
    eans: { LOST: '2', A: '3' },
  });
  const pages = await read();
  expect(asked()).toEqual([
    'get_stock_ean?ean=1',
    'get_stock?sku=A',
    'get_stock?sku=LOST',
    'get_stock_ean?ean=2',
    'get_stock?sku=Z',
  ]);
  const products = pages
    .flatMap(({ items }) => items)
    .map(({ topic, body }) => map({ topic, body, receivedAt: '' }, connection));
  const byEan = { quantity: 7, ean: '07852236842', externalId: '301', version: null };
  expect(products).toEqual([
    { type: 'products', products: [{ sku: 'SET', ...byEan }] },
    { type: 'products', products: [{ sku: 'A', quantity: 12, version: null }] },
    { type: 'products', products: [{ sku: 'LOST', ...byEan }] },
  ]);
});

test('has none of what Marketful no longer knows, and leaves what it never had or only does not tell', async () => {
  const stock = (script: Answer[], eans = {}) =>
    open(script, { skus: ['A'], eans, stock: { A: 7 } })
      .read()
      .then((pages) => pages.flatMap(({ items }) => items.map(({ body }) => body)));
  expect(await stock([UNKNOWN])).toEqual([{ sku: 'A', available_quantity: 0 }]);
  const noEan = said(401, "Item con EAN '3' no encontrado");
  expect(await stock([UNKNOWN, noEan], { A: '3' })).toEqual([{ sku: 'A', available_quantity: 0 }]);
  expect(await stock([said(200, 'Sistema en mantenimiento')])).toEqual([]);
  expect(await stock([UNKNOWN, said(400, 'Sistema en mantenimiento')], { A: '3' })).toEqual([]);
});

test.each([
  [{ sku: 'A', avariable_quantity: '5' }, 5],
  [{ sku: 'A', available_quantity: 5 }, 5],
  [{ sku: 'A', avariable_quantity: 0 }, 0],
  [{ sku: 'A', avariable_quantity: -2 }, 0],
  [{ sku: 'A', avariable_quantity: 3.75 }, 3],
  [{ sku: 'A', avariable_quantity: '0.5000' }, 0],
  [{ sku: 'A', avariable_quantity: '99+' }, 99],
])('reads the quantity of %j', (body, quantity) => {
  const change = map({ topic: 'stock', body, receivedAt: '' }, connectionOf(info));
  expect(change).toEqual({ type: 'products', products: [{ sku: 'A', quantity, version: null }] });
});

test.each([
  { item: { title: 'Mug' }, avariable_quantity: 5 },
  { message: 'Success', data: { item: { available_quantity: 5 } } },
])('reads a quantity beside the item or in it: %j', async (stock) => {
  const pages = await open([{ status: 200, body: JSON.stringify(stock) }], { skus: ['A'] }).read();
  const body = pages.flatMap(({ items }) => items)[0]?.body;
  const change = map({ topic: 'stock', body, receivedAt: '' }, connectionOf(info));
  expect(change).toMatchObject({ products: [{ sku: 'A', quantity: 5 }] });
});

test('names the quantity that is missing', () => {
  const read = () =>
    map({ topic: 'stock', body: { sku: 'A', message: 'Success' }, receivedAt: '' }, connectionOf(info));
  expect(read).toThrow('available_quantity: is missing');
});

test('a SKU whose stock cannot be read now is read next time, and the others now', async () => {
  const { read } = open([DOWN, STOCK, DOWN, DOWN, STOCK], { skus: ['A', 'B', 'C', 'D', 'E'] });
  expect((await read()).map(({ resume }) => resume)).toEqual(['watched', 'sku B', 'sku E', null]);
});

test('where no stock can be read the parcels do not wait for it', async () => {
  const { pages, asked } = open([FOUND, DOWN, DOWN, DOWN], {
    placements: [placement('a', '1')],
    skus: ['A', 'B', 'C', 'D'],
  });
  const seen: PollPage[] = [];
  const run = async () => {
    for await (const page of pages()) seen.push(page);
  };
  await expect(run()).rejects.toBeInstanceOf(RetryableError);
  expect(seen.map(({ resume, canWait }) => [resume, canWait])).toEqual([
    ['placement a', undefined],
    ['watched', true],
    // The next poll begins behind them, as they may fail each time.
    ['sku C', true],
  ]);
  expect(asked()).toHaveLength(4);
});

test('a poll that is not let in stops at once', async () => {
  const known = { placements: [placement('a', '1')] };
  await expect(open([said(404, 'Invalid Authorization')], known).read()).rejects.toBeInstanceOf(BlockedError);
  await expect(open([said(403, 'User Not Found')], { skus: ['A'] }).read()).rejects.toBeInstanceOf(BlockedError);
  const proxy: Answer = { status: 403, body: '<html>403 Forbidden</html>' };
  for (const known of [{ skus: ['A'] }, { placements: [placement('a', '1')] }])
    await expect(open([proxy], known).read()).rejects.toMatchObject({ code: 'http_403', waitsFor: 'connection' });
});
