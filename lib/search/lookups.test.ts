import { beforeEach, expect, it } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { putPart } from '#lib/orders/find';
import type { Order } from '#lib/orders/order';
import { putOrder, putRemote } from '#lib/orders/store';
import type { Table } from '#lib/platform/table/document';
import { queryPartition } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { orderOf } from '#test/support/orders';
import { putShared, replaceWords, search } from './lookups.ts';
import { isShared, ownWords, wordsOfDelivery, wordsOfOrder } from './words.ts';

let table: Table;
beforeEach(() => {
  table = memoryTable();
});

const sold = (externalId: string, changes: Partial<Order> = {}): Order => ({
  ...orderOf({ externalId, number: `SC-${externalId.slice(4)}` }),
  revision: 1,
  ...changes,
});

/** Writes an order and, as the publisher does, its words. */
async function commit(order: Order, before?: Order): Promise<void> {
  await table.transactWrite([putOrder(order, before ?? null)]);
  const [had, has] = [await ownWords(before, table), await ownWords(order, table)];
  const owner = { order: order.id, at: order.receivedAt };
  await replaceWords(owner, had, has, table);
  for (const word of wordsOfOrder(order).filter(isShared)) await putShared(word, [owner], table);
}

const find = async (q: string, shippers: string[] = []) =>
  (await search(q, 10, shippers, table)).map(({ order, matched }) => `${order.externalId} ${matched}`);

const PARCEL = { id: 'f1', by: 'erp', carrier: 'dhl', lineItems: [], shippedAt: '2026-11-20T09:00:00.000Z' };

it.each(['SC-1001', ' sc 1001 ', 'sc1001', 'Sc-1001', 'ＳＣ－１００１'])(
  'finds an order by its number, however it is written: %s',
  async (q) => {
    await commit(sold('ord_1001'));
    await commit(sold('ord_2002'));
    expect(await find(q)).toEqual(['ord_1001 number']);
  },
);

it.each([
  ['STRASSE 7', ['Straße-7', 'strasse7', 'STRAẞE 7', 'straſſe 7', 'Straß']],
  ['Çınar-İ1', ['ÇINAR i1', 'çınar-ı1', 'c\u0327INARI1', 'cinar i1']],
  ['ΟΔΟΣ-12', ['οδος 12', 'οδοσ１２', 'ὈΔΟΣ12'.normalize('NFD').replace('\u0313', '')]],
  ['ŁYŻKA-Ø7', ['łyżka ø7', 'lyzka o7', 'LYZKA', 'łyzka-Ø7', 'lyżk']],
  ['COTE-5', ['Côté 5', 'CÔTE5']],
  ['١٠٠٢-А٣', ['1002 а3', '۱۰۰۲А۳', '१००२А3', '№ 1002А3', '１００２']],
  ['Æsop-ŒÞ9', ['aesop oeth9', 'ÆSOP-œþ9', 'aeso']],
  ['SO@1001', ['so@1001', 'so1001', 'SO@10']],
  ['№ 7702', ['7702', '#7702', '№７７０２', '٧٧٠٢']],
  ['e\u0301clair-9', ['ÉCLAIR9', 'éclair 9', 'Ｅ\u0301clair９', 'eclair', 'ＥＣＬＡＩＲ９']],
])('finds what has more than one way to be written, whichever was kept: %s', async (reference, spellings) => {
  const acknowledgement = { by: 'erp', reference, at: '2026-11-20T09:00:00.000Z' };
  await commit(sold('ord_1', { acknowledgement }));
  for (const q of [reference, ...spellings]) expect(await find(q), q).toEqual(['ord_1 acknowledgement']);
});

it('finds what has the word without its accents before what only begins with it', async () => {
  const named = (reference: string) => ({ acknowledgement: { by: 'erp', reference, at: '2026-11-20T09:00:00.000Z' } });
  await commit(sold('ord_1', named('CÔTEAU')));
  await commit(sold('ord_2', named('COTE')));
  expect(await find('côte')).toEqual(['ord_2 acknowledgement', 'ord_1 acknowledgement']);
});

it('finds it by each of its words, and by an e-mail address of any case, which no key of the table holds', async () => {
  const acknowledgement = { by: 'erp', reference: 'SO/77', at: '2026-11-20T09:00:00.000Z' };
  const order = sold('ord_8f3a', { fulfillments: [{ ...PARCEL, trackingNumber: 'JD01 4600 0055' }], acknowledgement });
  await commit(order);
  const placed = { remoteId: '5021', number: 'SC-8f3a', channel: 'scopio-main', at: '2026-11-20T09:00:00.000Z' };
  const words = wordsOfDelivery({ placed } as Delivery);
  await replaceWords({ order: order.id, at: '2026-11-20T09:00:00.000Z' }, [], words, table);
  for (const [q, matched] of [
    ...[
      ['ord_8f3a', 'externalId'] as const,
      ['5021', 'remoteId'] as const,
      ['jd0146000055', 'trackingNumber'] as const,
    ],
    ...[['so 77', 'acknowledgement'] as const, ['mug-RED', 'sku'] as const, [order.id, 'id'] as const],
    [' ANA@Example.com ', 'email'],
    ['ａｎａ＠example．com', 'email'],
    ['Ana Torres <ana@example.com>', 'email'],
    ['mailto:ana@example.com?subject=Order', 'email'],
    ['mailto:ana@example.com?cc=bob@example.com', 'email'],
    ['(ana@example.com).', 'email'],
    ['[ana@example.com](mailto:ana@example.com)', 'email'],
    ['“ana@example.com”', 'email'],
    ["'ana@example.com'", 'email'],
    ['mailto:ana@example.com', 'email'],
    ['ana@example.com., bob@example.com', 'email'],
  ] as const)
    expect(await find(q), q).toEqual([`ord_8f3a ${matched}`]);
  expect(await find('bob@example.com')).toEqual([]);
});

it('finds it by the number of a placement beyond the first, as its shipper calls it', async () => {
  const placed = { connection: 'marketful-mx', delivery: 'dlv_2', lineItems: [], n: 2 };
  await commit(sold('ord_1001', { placements: [{ ...placed, delivery: 'dlv_1', n: undefined }, placed] as never }));
  for (const q of ['SC-1001-2', 'sc1001 2']) expect(await find(q), q).toEqual(['ord_1001 number']);
  expect(await find('SC-1001')).toEqual(['ord_1001 number']);
});

it('finds it by what its sales channel calls a part of it, unless there is an order of that name', async () => {
  const [whole, own] = [sold('ord_1001'), sold('3003', { number: '3003' })];
  for (const order of [whole, own]) await commit(order);
  await table.transactWrite(['2002', '3003'].map((part) => putPart(`scopio-main:${part}`, whole.id)));
  const ask = (q: string) => find(q, ['scopio-main', 'sello-se']);
  expect([await ask('2002'), await ask('scopio-main:2002')]).toEqual([['ord_1001 externalId'], ['ord_1001 id']]);
  expect([await ask('3003'), await ask('scopio-main:3003')]).toEqual([['3003 number'], ['3003 id']]);
});

it('finds it by an address whose host is written in letters or as the name service has it', async () => {
  for (const [index, email] of ['ana@MÜNCHEN.example', 'bob@xn--mnchen-3ya.example'].entries())
    await commit(sold(`ord_${index}`, { buyer: { email } }));
  for (const host of ['münchen.example', 'XN--MNCHEN-3YA.example', 'mu\u0308nchen.EXAMPLE']) {
    expect(await find(`ana@${host}`), host).toEqual(['ord_0 email']);
    expect(await find(`bob@${host}`), host).toEqual(['ord_1 email']);
  }
});

it('finds it by its id, however that is written, and none of another connection', async () => {
  await commit(sold('ord_1001'));
  for (const q of ['SCOPIO-MAIN:ORD_1001', 'scopio main： ord 1001', 'Scopio-Main:ord_10'])
    expect(await find(q), q).toEqual(['ord_1001 id']);
  expect(await find('sello-se:ord_1001')).toEqual([]);
});

it('finds by the first four characters, those that are called so first, and by fewer only what is called so', async () => {
  await commit(sold('ord_1001'));
  await commit(sold('ord_10017'));
  await commit(sold('ord_77', { number: '77' }));
  expect(await find('SC-1001')).toEqual(['ord_1001 number', 'ord_10017 number']);
  expect(await find('sc10')).toEqual(['ord_1001 number', 'ord_10017 number']);
  expect(await find('sc1')).toEqual([]);
  expect(await find('SC-1')).toEqual(['ord_1001 number', 'ord_10017 number']);
  expect(await find('77')).toEqual(['ord_77 number']);
  expect(await find('---')).toEqual([]);
});

it('finds no order by a word that it has lost, a buyer’s address among them', async () => {
  const order = sold('ord_1001');
  await commit(order);
  await commit({ ...order, number: 'SC-9', buyer: {}, revision: 2 }, order);
  expect(await find('SC-1001')).toEqual([]);
  expect(await find('ana@example.com')).toEqual([]);
  expect(await find('sc 9')).toEqual(['ord_1001 number']);
});

it('finds an order whose id has the character between the parts of a key', async () => {
  await commit(sold('ord_#8#3'));
  expect(await find('ord_#8#3')).toEqual(['ord_#8#3 externalId']);
});

it('finds all orders of a SKU, of which one item tells', async () => {
  const orders = ['ord_1', 'ord_2', 'ord_3'].map((id) => sold(id));
  for (const order of orders) await table.transactWrite([putOrder(order, null)]);
  const owners = orders.map(({ id, receivedAt }) => ({ order: id, at: receivedAt }));
  await putShared({ word: 'mugred', matched: 'sku' }, owners, table);
  expect(await find('MUG-RED')).toEqual(['ord_1 sku', 'ord_2 sku', 'ord_3 sku']);
  expect(await find('mugr')).toEqual(['ord_1 sku', 'ord_2 sku', 'ord_3 sku']);
});

it('finds an order by its shipper’s plain id for ever, and by the beginning of that for 90 days', async () => {
  const at = '2026-11-20T09:00:00.000Z';
  const placedAs = (remoteId: string) => ({ placed: { remoteId, number: '', channel: '', at } }) as unknown as Delivery;
  for (const [id, remoteId] of [['ord_1', '50217'] as const, ['ord_2', 'SHP-50218'] as const]) {
    const order = sold(id);
    await commit(order);
    await table.put(putRemote('shed', remoteId, order.id).Put);
    await replaceWords({ order: order.id, at }, [], wordsOfDelivery(placedAs(remoteId)), table);
  }
  const shippers = ['shed', 'other'];
  expect(await find('5021', shippers)).toEqual(['ord_1 remoteId']);
  expect(await find('50217', shippers)).toEqual(['ord_1 remoteId']);
  const words = (
    await Promise.all(['5021', 'shp5'].map((prefix) => queryPartition(`WORD#${prefix}`, { table })))
  ).flat();
  const days = words.map(({ expiresAt }) => expiresAt && Math.round((expiresAt - Date.now() / 1000) / 86_400));
  expect(days).toEqual([90, undefined]);
  for (const { pk, sk, expiresAt } of words) if (expiresAt) await table.delete({ Key: { pk, sk } });
  expect(await find('5021', shippers)).toEqual([]);
  for (const q of ['50217', ' ５０２１７ ']) expect(await find(q, shippers), q).toEqual(['ord_1 remoteId']);
  for (const q of ['shp50218', 'SHP-50']) expect(await find(q, shippers), q).toEqual(['ord_2 remoteId']);
});

it('finds by words as they were stored before orders told what they are', async () => {
  const order = sold('ord_1001');
  await table.transactWrite([putOrder(order, null)]);
  const stored = (prefix: string, word: string, more: object) =>
    table.put({ Item: { pk: `WORD#${prefix}`, sk: `${word}#${order.receivedAt}#${order.id}`, ...more } });
  await stored('sc10', 'sc1001', { matched: 'number' });
  await stored('lost', 'lost', { matched: 'number' });
  await stored('5021', '5021', { matched: 'remoteId' });
  await stored('mugr', 'mugred', { matched: 'sku', orders: [order.id] });
  await commit({ ...order, revision: 2 }, order);
  for (const [q, found] of Object.entries({ 'SC-1001': 'number', 'SC-10': 'number', 5021: 'remoteId', mugred: 'sku' }))
    expect(await find(q), q).toEqual([`ord_1001 ${found}`]);
  expect(await find('lost')).toEqual([]);
});
