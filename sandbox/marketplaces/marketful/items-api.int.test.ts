import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../test-receiver.ts';
import { type MarketfulSandbox, startMarketfulSandbox } from './index.ts';

const headers = { authorization: 'mf_token', user: '42' };
const pen = { title: 'Pluma Roja', list_price: 355, sku: 'ABCD12', lenght: 12, wieght: 3, ean: '07852236842' };

describe('the items and entries of Marketful', () => {
  let sandbox: MarketfulSandbox;
  const answer = async (method: string, path: string, body?: unknown) => {
    const { status, json } = await call(sandbox.url + path, { method, headers, ...(body ? { body } : {}) });
    return { status, ...json };
  };
  beforeAll(async () => {
    sandbox = await startMarketfulSandbox({ accessToken: 'mf_token', userId: '42' });
  });
  beforeEach(() => call(`${sandbox.url}/_sandbox/reset`, { method: 'POST' }));
  afterAll(() => sandbox.stop());

  it('tell the stock by SKU, under the document’s spelling, and by EAN', async () => {
    sandbox.setStock({ sku: 'MUG-RED', quantity: 12 });
    expect(await answer('GET', '/items/get_stock?sku=MUG-RED')).toEqual({
      status: 200,
      message: 'Success',
      sku: 'MUG-RED',
      avariable_quantity: 12,
    });
    expect(await answer('GET', '/items/get_stock_ean?ean=5901234123457')).toEqual({
      status: 200,
      message: 'Success',
      ean: '5901234123457',
      available_quantity: 12,
      item_id: 301,
    });
    expect(await answer('GET', '/items/get_stock?sku=NO')).toEqual({ status: 402, message: 'Item NO not found' });
    expect(await answer('GET', '/items/get_stock')).toEqual({ status: 403, message: 'SKU must be present' });
    expect(await answer('GET', '/items/get_stock_ean?ean=1')).toEqual({
      status: 401,
      message: "Item con EAN '1' no encontrado",
    });
    expect(await answer('GET', '/items/get_stock_ean')).toEqual({
      status: 402,
      message: 'ean must be present and must be String',
    });
  });

  it('are created, or say which were not', async () => {
    const created = await answer('POST', '/items/create_item', { items: [pen] });
    expect(created).toMatchObject({ status: 200, message: 'Success', description: 'All Items are now registered' });
    expect(created.items_saved[0]).toMatchObject({ sku: 'ABCD12', length: 12, weigth: 3 });
    const other = { ...pen, sku: 'ABCD13', ean: '' };
    expect(await answer('POST', '/items/create_item', { items: [pen, other] })).toMatchObject({
      status: 201,
      message: 'The following Items could not be saved',
      items_errors: [{ sku: 'ABCD12' }],
      items_saved: [{ sku: 'ABCD13' }],
    });
    expect(await answer('POST', '/items/create_item', { items: [other, { ...pen, sku: 'A#1' }, null] })).toMatchObject({
      status: 401,
      message: 'Incomplete data',
      items_errors: [{ sku: 'A#1' }, null],
    });
    expect(await answer('POST', '/items/create_item', {})).toEqual({
      status: 402,
      message: "Parameter 'items' must be present",
    });
  });

  it('are updated and deleted', async () => {
    expect(await answer('POST', '/items/update_item', { item_id: 301, title: 'Taza', height: 12 })).toMatchObject({
      status: 200,
      message: 'Success',
      items_update: { id: 301, title: 'Taza', height: 12, sku: 'MUG-RED' },
    });
    expect(await answer('POST', '/items/update_item', { item_id: 301 })).toMatchObject({ status: 200 });
    const taken = await answer('POST', '/items/update_item', { item_id: 301, sku: 'MUG-BLUE' });
    expect(taken).toEqual({ status: 405, message: 'Item could not be updated' });
    expect(await answer('POST', '/items/update_item', { item_id: 9 })).toEqual({
      status: 400,
      message: 'Item not found',
    });
    expect(await answer('POST', '/items/update_item', { title: 'x' })).toMatchObject({ status: 402 });
    expect(await answer('POST', '/items/delete_item', { item_id: 301 })).toMatchObject({
      status: 200,
      description: 'Item 301 deleted',
    });
    expect(await answer('POST', '/items/delete_item', { item_id: 301 })).toEqual({
      status: 401,
      message: 'Item not found',
    });
    expect(await answer('POST', '/items/delete_item', {})).toEqual({ status: 402, message: 'item_id must be present' });
  });

  it('are announced by an entry order and counted when they arrive', async () => {
    const entry = (body: unknown) => answer('POST', '/entradas/nueva_entrada_api', body);
    const announced = await entry({ entry_order: { 'MUG-RED': 30, 'MUG-BLUE': '5' } });
    expect(announced).toMatchObject({ status: 200, message: 'Success', description: 'Order created successfully' });
    const receive = `/_sandbox/entries/${announced.order_token}/receive`;
    expect((await answer('POST', receive)).status).toBe(200);
    expect((await answer('POST', receive)).status).toBe(409);
    expect(sandbox.stock().find(({ sku }) => sku === 'MUG-RED')?.quantity).toBe(130);
    expect(await entry({ entry_order: { 'MUG-RED': 0, NO: 1 } })).toMatchObject({
      status: 401,
      items: ['MUG-RED', 'NO'],
    });
    expect(await entry({ entry_order: null })).toEqual({ status: 402, message: 'entry_order is null' });
    expect(await entry({})).toEqual({ status: 403, message: "Parameter 'entry_order' must be present" });
  });
});
