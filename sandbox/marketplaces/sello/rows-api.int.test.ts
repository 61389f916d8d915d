import { describe, expect, it } from 'vitest';
import { fixture, startAccount } from './test-account.ts';

const pending = { status: 'return_pending', status_reason: 'Wrong size', quantity_returned: 1 };

async function startWithOrder(order: Record<string, unknown> = {}) {
  const account = await startAccount();
  const rows = [
    { id: 11, reference: 'MUG-RED', quantity: 2, price: '10.25' },
    { id: 12, reference: 'TEA-LINDEN', price: 5 },
  ];
  await account.control('POST', '/orders', { id: 1, rows, shipping_cost: 4, ...order });
  return {
    ...account,
    giveBack: (body: unknown, path = '/orders/1/rows/11/return') => account.api('PUT', path, body),
    shown: async (id: number | string) => (await account.api('GET', `/orders/${id}`)).json,
  };
}

describe('the rows of an order at Sello', () => {
  it('take a return first as pending, then with its end', async () => {
    const { giveBack, sandbox } = await startWithOrder();
    const message = (current: string, next: string) =>
      `Won't register return since current status is ${current} and want to change to ${next}`;
    expect(await giveBack({ ...pending, status: 'return_accepted' })).toMatchObject({
      status: 400,
      json: { message: message('null', 'return_accepted') },
    });
    expect(await giveBack(pending)).toMatchObject({ status: 200, json: fixture('return-updated') });
    expect((await giveBack({ ...pending, quantity_returned: 2 })).status).toBe(200);
    expect((await giveBack({ ...pending, status: 'return_declined' })).status).toBe(200);
    for (const status of ['return_pending', 'return_accepted', 'return_declined']) {
      expect(await giveBack({ ...pending, status })).toMatchObject({
        status: 400,
        json: { message: message('return_declined', status) },
      });
    }
    expect(sandbox.orders()[0]?.rows[0]?.returned).toMatchObject({ status: 'return_declined', reason: 'Wrong size' });
  });

  it('refuse a return that is not whole or of something else', async () => {
    const { giveBack } = await startWithOrder();
    for (const wrong of [
      { ...pending, status: 'accepted' },
      { ...pending, status: 'return_denied' },
      { ...pending, status_reason: '' },
      { ...pending, status_reason: 'x'.repeat(101) },
      { ...pending, quantity_returned: 3 },
      { ...pending, quantity_returned: 0 },
      {},
    ]) {
      expect((await giveBack(wrong)).status).toBe(400);
    }
    expect(await giveBack(pending, '/orders/2/rows/11/return')).toMatchObject({
      status: 404,
      json: { message: 'No such order found' },
    });
    expect(await giveBack(pending, '/orders/1/rows/13/return')).toMatchObject({
      status: 404,
      json: { message: 'No such order row' },
    });
  });

  it("take only Zalando's reasons on an order of Zalando's", async () => {
    const { giveBack } = await startWithOrder({ zalando: true });
    expect((await giveBack(pending)).status).toBe(400);
    expect((await giveBack({ ...pending, status_reason: 'reason_7' })).status).toBe(400);
    expect((await giveBack({ ...pending, status_reason: 'reason_10' })).status).toBe(200);
  });

  it('are separated into a new order of the same buyer', async () => {
    const { api, shown } = await startWithOrder();
    const { status, json } = await api('POST', '/orders/1/rows/12/separate');
    expect(status).toBe(201);
    const [kept, separated] = [await shown(1), await shown(json.id)];
    expect([kept.total, kept.row_count, separated.total, separated.row_count]).toEqual([24.5, 1, 5, 1]);
    expect(separated).toMatchObject({
      shipping_cost: 0,
      market_reference: kept.market_reference,
      customer_email: kept.customer_email,
      rows: [{ reference: 'TEA-LINDEN', price: '5', quantity: '1' }],
    });
    expect((await api('POST', '/orders/1/rows/12/separate')).status).toBe(404);
  });

  it('are added, changed and removed, and the total follows', async () => {
    const { api, shown } = await startWithOrder();
    expect((await shown(1)).total).toBe(29.5);
    const added = await api('POST', '/orders/1/rows', { quantity: 3, title: 'Spoon', price: '1.10', tax: 12 });
    expect(added.json[0]).toMatchObject({ quantity: '3', title: 'Spoon', price: '1.1', tax: '12.00', total_vat: 0.35 });
    await api('PUT', '/orders/1/rows/11', { quantity: 1, id: 99 });
    expect((await api('DELETE', '/orders/1/rows/12')).status).toBe(204);
    expect(await shown(1)).toMatchObject({ total: 17.55, row_count: 2 });
    expect(await api('POST', '/orders/1/rows', { title: 'Spoon' })).toMatchObject({
      status: 400,
      json: { message: 'quantity is required' },
    });
    expect((await api('PUT', '/orders/1/rows/11', { quantity: 'two' })).status).toBe(400);
  });

  it('add up to another total only where the order is made to state one', async () => {
    const { control, shown } = await startWithOrder({ total: '31.50' });
    expect((await shown(1)).total).toBe(31.5);
    await control('PATCH', '/orders/1', { total: 20 });
    expect((await shown(1)).total).toBe(20);
  });

  it('come together in one order, and apart from it in a copy', async () => {
    const { api, control, shown } = await startWithOrder();
    await control('POST', '/orders', { id: 2 });
    await control('POST', '/orders', { id: 3, currency: 'NOK' });
    expect((await api('POST', '/orders/1/merge', { orders: [1, 2, 3] })).status).toBe(400);
    expect((await api('POST', '/orders/1/merge', { orders: [1, 2] })).status).toBe(200);
    expect((await shown(1)).row_count).toBe(4);
    expect((await api('GET', '/orders/2')).status).toBe(404);
    const copy = await api('POST', '/orders/1/copy');
    expect(copy.status).toBe(201);
    expect(await shown(copy.json.id)).toMatchObject({ integration_id: 0, row_count: 4 });
  });
});
