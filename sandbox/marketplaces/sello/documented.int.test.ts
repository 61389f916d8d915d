import { describe, expect, it } from 'vitest';
import { fixture, startAccount } from './test-account.ts';

/** A clock that can be set. */
function clockAt(time: string) {
  let at = Date.parse(time);
  return {
    now: () => new Date(at),
    set(next: string) {
      at = Date.parse(next);
    },
  };
}

/** The keys in their order, each with the type of its value. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
}

describe('the examples of the document', () => {
  it('come out of GET /orders as printed', async () => {
    const clock = clockAt('2016-12-14T10:41:40+01:00');
    const { api, control } = await startAccount({ now: clock.now });
    const [documented] = fixture('orders').orders;
    const { id, number, icons, notes, integration_id, market, market_reference, currency } = documented;
    const customer = Object.fromEntries(Object.entries(documented).filter(([name]) => name.startsWith('customer_')));
    const rows = [1000, 1000, 1000, 50, 11].map((price) => ({ reference: 'X', price, weight: 126 }));
    const placed = { id, number, icons, integration_id, market, market_reference, currency, ...customer };
    await control('POST', '/orders', { ...placed, rows, shipping_cost: 10 });
    clock.set('2017-03-10T06:40:40+01:00');
    expect((await api('PUT', `/orders/${id}`, { notes, is_new: false })).status).toBe(200);
    const { text } = await api('GET', '/orders');
    expect(text).toBe(JSON.stringify(fixture('orders')));
    const { json } = await api('GET', `/orders/${id}`);
    const { rows: shown, ...listed } = json;
    expect(listed).toEqual(documented);
    expect(shown).toHaveLength(5);
  });

  it('come out of GET /orders/{id}/rows as printed, but for a VAT that nothing explains', async () => {
    const clock = clockAt('2016-12-14T10:53:09+01:00');
    const { api, control } = await startAccount({ now: clock.now });
    const [documented] = fixture('order-rows');
    const row = {
      id: 8109592,
      reference: 'WTCH_3829',
      quantity: 2,
      title: 'High quality watch',
      price: 100,
      stock_location: 'Shelf 8',
      item_no: '124',
      tax: 25,
      product_id: 29372618,
      identifier: '51748283',
      identifier_type: 'EAN',
      weight: 141,
      submitter: '9',
      purchase_price: 10,
    };
    await control('POST', '/orders', { id: 1, integration_id: 9472, rows: [row] });
    const { text, json } = await api('GET', '/orders/1/rows');
    // 25 % included in 2 × 100 is 40, added to it 50; the document prints 440.
    expect(text).toBe(JSON.stringify([{ ...documented, total_vat: 40 }]));
    expect(shapeOf((await api('GET', '/orders/1')).json.rows)).toEqual(shapeOf(json));
    const changed = await api('PUT', '/orders/1/rows/8109592', { title: 'New title' });
    expect(changed.json).toEqual([{ ...documented, title: 'New title', total_vat: 40 }]);
  });

  it('come out of POST /orders/{id}/rows as printed', async () => {
    const { api, control } = await startAccount({ now: clockAt('2016-12-14T10:53:09+01:00').now });
    const product = {
      private_reference: 'Product SKU',
      stock_location: 'Shelf 8',
      weight: 28,
      properties: [{ property: 'EAN', value: { default: '51748283' } }],
    };
    await control('POST', '/products', { ...product, id: 1893372, purchase_price: 10 });
    await control('POST', '/orders', { id: 1, integration_id: 9472 });
    const { json } = await api('POST', '/orders/1/rows', {
      quantity: 10,
      title: 'My order row title',
      reference: 'Product SKU',
      price: 50,
      item_no: '123',
      tax: 25,
      integration_id: 4,
      product_id: 1893372,
    });
    const [documented] = fixture('order-row-added');
    const { id, total_weight, purchase_price, total_vat } = json[0];
    expect(json).toEqual([{ ...documented, id, total_weight, purchase_price, total_vat }]);
    expect(shapeOf(json)).toEqual(shapeOf([documented]));
  });

  it('come out of the deliveries as printed', async () => {
    const { api, control } = await startAccount();
    await control('POST', '/orders', { id: 10000015 });
    const added = fixture('delivery-added');
    const { status, text } = await api('POST', '/orders/10000015/deliveries', added);
    expect([status, text]).toEqual([201, JSON.stringify(added)]);
    expect((await api('DELETE', `/orders/10000015/deliveries/${added.id}`)).status).toBe(204);
    for (const { documents, ...rest } of fixture('deliveries').deliveries) {
      await api('POST', '/orders/10000015/deliveries', documents.length > 0 ? { ...rest, documents } : rest);
    }
    expect((await api('GET', '/orders/10000015/deliveries')).text).toBe(JSON.stringify(fixture('deliveries')));
  });

  it('come out of the history as printed, with a token for what is older', async () => {
    const clock = clockAt('2016-12-09T09:20:00Z');
    const { api, control } = await startAccount({ now: clock.now });
    await control('POST', '/orders', { id: 1 });
    for (let second = 1; second <= 11; second += 1) {
      clock.set(`2016-12-09T09:21:${String(second).padStart(2, '0')}Z`);
      await api('PUT', '/orders/1', { notes: `${second}` });
    }
    const first = (await api('GET', '/orders/1/history')).json;
    expect(shapeOf(first)).toEqual(shapeOf(fixture('history')));
    expect(first.history[0].time).toBe('2016-12-09T09:21:11+00:00');
    const second = (await api('GET', `/orders/1/history?next=${first.next}`)).json;
    expect(second.history.map(({ time }: { time: string }) => time)).toEqual([
      '2016-12-09T09:21:01+00:00',
      '2016-12-09T09:20:00+00:00',
    ]);
    expect(second).not.toHaveProperty('next');
  });

  it('come out of the statuses as printed', async () => {
    const { api } = await startAccount();
    expect((await api('GET', '/status')).json.slice(0, 2)).toEqual(fixture('statuses'));
    expect((await api('GET', '/status/2591259')).text).toBe(JSON.stringify(fixture('status')));
    const { id, ...added } = fixture('status-added');
    expect(await api('POST', '/status', added)).toMatchObject({ status: 201, text: JSON.stringify({ id, ...added }) });
  });

  it('come out of GET /products as printed', async () => {
    const { api, control } = await startAccount();
    const documented = fixture('products');
    const [product] = documented.data.products;
    await control('POST', '/products', product);
    await control('POST', '/products', { id: 7, group_id: product.group_id });
    const { status, json, text } = await api('GET', `/products?filter[id][]=${product.id}`);
    expect(status).toBe(200);
    const groups = [{ id: product.group_id, products: [product.id, 7], main_product: product.id }];
    expect(text).toBe(JSON.stringify({ ...documented, data: { ...documented.data, groups } }));
    expect(shapeOf(json.data.groups[0])).toEqual([
      ['id', 'number'],
      ['products', ['number', 'number']],
      ['main_product', 'number'],
    ]);
  });

  it('answer a separated row with a string and an added order with a number', async () => {
    const { api, control } = await startAccount();
    await control('POST', '/orders', { id: 1 });
    const [row] = (await api('GET', '/orders/1/rows')).json;
    const separated = await api('POST', `/orders/1/rows/${row.id}/separate`);
    expect([separated.status, shapeOf(separated.json)]).toEqual([201, shapeOf(fixture('order-row-separated'))]);
    const added = await api('POST', '/orders', { integration_id: '4', status_id: '2591259', currency: 'EUR' });
    expect([added.status, shapeOf(added.json)]).toEqual([201, shapeOf(fixture('order-added'))]);
  });
});
