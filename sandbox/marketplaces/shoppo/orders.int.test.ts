import { describe, expect, it, vi } from 'vitest';
import { documented, shippingAddress, type start, startTold, stopAfterEach } from './test-partner.ts';

stopAfterEach();

const ORDER = `query ($id: ID!) { node(id: $id) { ... on Order {
  status refundStatus orderTotal orderSubtotal shippingCost discountAmount timeCreated timePaymentProcessed
  orderItems { id status quantity isRefunded refundedAmount shippingRefunded timeRefunded trackingNumber shippingProvider
    sku { originalId identifier }
    shippingPackage { id courier trackingNumber status isDelivered timeShipped timeTracked timeDelivered
      checkpoints { courier time message location } } }
} } }`;

async function startWithOrder(options: Parameters<typeof start>[0] = {}) {
  const at = { now: Date.parse('2026-11-20T08:00:00.900Z') };
  const started = await startTold([], { now: () => new Date(at.now), ...options });
  const order = await started.create();
  const look = async () => (await started.ask(ORDER, { id: order.id })).data.node;
  const statuses = async () => {
    const { status, orderItems } = await look();
    return [status, ...orderItems.map((item: { status: string }) => item.status)];
  };
  const cancel = async (id: string) => (await started.ask(documented('cancel-order'), { orderId: id })).errors?.[0];
  const cancelItem = async (id: string) =>
    (await started.ask(documented('cancel-order-item'), { orderItemId: id })).errors?.[0];
  return { ...started, at, order, look, statuses, cancel, cancelItem };
}

describe('Orders at Shoppo', () => {
  it('are created OPEN with snapshots, and paid once', async () => {
    const { order, pay, look, skuId, sandbox, at, events } = await startWithOrder();
    expect(order).toMatchObject({
      status: 'OPEN',
      orderItems: [
        { sku: { originalId: skuId('SHP-1'), price: 12.5 }, product: { name: 'Bamboo lunch box' }, quantity: 2 },
        { sku: { originalId: skuId('SHP-3'), price: 18.99 }, product: { name: 'Steel flask' }, quantity: 1 },
      ],
    });
    sandbox.changeSku('SHP-1', { price: 99 });
    at.now += 5000;
    const paid = (await pay(order.id)).data.setOrderAsPaid.order;
    expect(paid).toMatchObject({ status: 'PAID', orderTotal: 54.24, orderSubtotal: 54.24, shippingCost: 10.25 });
    expect(paid.orderItems[0]).toMatchObject({ status: 'PAID', sku: { price: 12.5, shippingPrice: 3 } });
    const { timeCreated, timePaymentProcessed, refundStatus, discountAmount } = await look();
    expect([timeCreated, timePaymentProcessed]).toEqual([1795161600, 1795161605]);
    expect([refundStatus, discountAmount]).toEqual(['NOT_REFUNDED', 0]);
    const again = await pay(order.id, 'another');
    expect(again.data).toEqual({ setOrderAsPaid: null });
    expect(again.errors[0].message).toBe(`Order ${order.id} is PAID, only an OPEN order can be set as paid`);
    expect(events.filter(({ type }) => type === 'order.paid')).toHaveLength(1);
  });

  it('are refused when something about them is wrong', async () => {
    const { ask, create, pay, order, skuId, control } = await startWithOrder();
    const refusal = async (input: Record<string, unknown>) => {
      const orderItems = [{ skuId: skuId('SHP-1'), quantity: 1 }];
      const variables = { shippingAddress, orderItems, partnerOrderCode: 'PO-9', ...input };
      return (await ask(documented('create-order'), variables)).errors[0].message;
    };
    const items = (id: string, quantity: number) => ({ orderItems: [{ skuId: id, quantity }] });
    expect(await refusal({ partnerOrderCode: 'PO-1' })).toContain('PO-1 already');
    expect(await refusal({ partnerOrderCode: '' })).toContain('must not be empty');
    expect(await refusal({ orderItems: [] })).toBe('orderItems must not be empty');
    expect(await refusal(items('nobody', 1))).toBe('Sku nobody does not exist');
    expect(await refusal(items(skuId('SHP-1'), 0))).toBe('quantity must be at least 1');
    expect(await refusal(items(skuId('SHP-4'), 4))).toContain('has an inventory of 3 only');
    expect(await refusal({ shippingAddress: { ...shippingAddress, countryCode: 'MX' } })).toContain('CountryCode');
    const { streetAddress2: _, ...withoutSecondLine } = shippingAddress;
    expect(await refusal({ shippingAddress: withoutSecondLine })).toContain('streetAddress2');
    await control('PATCH', '/skus/SHP-1', { enabled: false });
    expect(await refusal({})).toContain('is not enabled');
    await control('POST', '/merchants/toggle', { merchants: [{ id: '1146002', enabled: false }] });
    expect(await refusal(items(skuId('SHP-5'), 1))).toContain('is not enabled');
    await pay(order.id, 'charge-1');
    const other = await create('PO-2', { 'SHP-3': 1 });
    expect((await pay(other.id, 'charge-1')).errors[0].message).toBe('chargeId charge-1 is not unique');
    expect((await pay('nowhere')).errors[0].message).toBe('Order nowhere does not exist');
  });

  it('go from PAID over IN_PROGRESS to DELIVERED, which is told once all packages are with the couriers', async () => {
    const { order, pay, statuses, look, control, bodies } = await startWithOrder();
    const step = (path: string, body?: unknown) => control('POST', `/orders/PO-1/${path}`, body);
    expect((await step('ship', {})).status).toBe(409);
    await pay(order.id);
    await step('prepare', { items: ['SHP-1'] });
    expect(await statuses()).toEqual(['IN_PROGRESS', 'IN_FULFILLMENT', 'PAID']);
    await step('ship', { items: ['SHP-1'], courier: 'UPS', trackingNumber: '1Z1' });
    expect(await statuses()).toEqual(['IN_PROGRESS', 'SHIPPED', 'PAID']);
    expect(bodies('deliver-partner-order')).toEqual([]);
    await step('ship');
    expect(await statuses()).toEqual(['DELIVERED', 'SHIPPED', 'SHIPPED']);
    await vi.waitFor(() =>
      expect(bodies('deliver-partner-order')).toEqual([{ order_id: 'PO-1', timestamp: 1795161600 }]),
    );
    await step('checkpoints', { items: ['SHP-1'], message: 'At the depot', location: 'Austin', status: 'IN_TRANSIT' });
    await step('deliver', { items: ['SHP-1'] });
    expect(await statuses()).toEqual(['DELIVERED', 'DELIVERED', 'SHIPPED']);
    const [first, second] = (await look()).orderItems;
    expect(first).toMatchObject({
      trackingNumber: '1Z1',
      shippingProvider: 'UPS',
      shippingPackage: { courier: 'UPS', trackingNumber: '1Z1', isDelivered: true, timeDelivered: 1795161600 },
    });
    expect(first.shippingPackage.checkpoints[1]).toEqual({
      courier: 'UPS',
      time: 1795161600,
      message: 'At the depot',
      location: 'Austin',
    });
    expect(second.shippingPackage).toMatchObject({ courier: 'DHL', trackingNumber: 'JD0271000084', status: 'SHIPPED' });
    expect(second.shippingPackage).toMatchObject({ isDelivered: false, timeShipped: 1795161600, timeTracked: null });
  });

  it('are cancelled by the partner only while PAID, and refunded', async () => {
    const { order, pay, look, statuses, cancel, cancelItem, control, sandbox, bodies } = await startWithOrder();
    const [first, second] = order.orderItems;
    expect((await cancel(order.id)).message).toContain('not all of its items are PAID');
    expect((await cancelItem(first.id)).message).toContain('it is OPEN, not PAID');
    await pay(order.id);
    const stock = () => sandbox.skus().find(({ identifier }) => identifier === 'SHP-1')?.inventory;
    expect(stock()).toBe(118);
    expect(await cancelItem(first.id)).toBeUndefined();
    expect(stock()).toBe(120);
    expect(await statuses()).toEqual(['PAID', 'CANCELLED', 'PAID']);
    const cancelled = await look();
    expect(cancelled.refundStatus).toBe('PARTIAL_REFUNDED');
    expect(cancelled.orderItems[0]).toMatchObject({ isRefunded: true, refundedAmount: 31, shippingRefunded: true });
    expect((await cancel(order.id)).message).toContain('not all of its items are PAID');
    await control('POST', '/orders/PO-1/prepare');
    expect((await cancelItem(second.id)).message).toContain('it is IN_FULFILLMENT, not PAID');
    expect((await cancelItem('none')).message).toBe('OrderItem none does not exist');
    expect(bodies('cancel-partner-order')).toEqual([]);
  });

  it('are closed when the partner cancels all of a paid one', async () => {
    const { order, pay, statuses, look, cancel, bodies } = await startWithOrder();
    await pay(order.id);
    expect(await cancel(order.id)).toBeUndefined();
    expect(await statuses()).toEqual(['CLOSED', 'CANCELLED', 'CANCELLED']);
    expect((await look()).refundStatus).toBe('FULL_REFUNDED');
    expect(bodies('cancel-partner-order')).toEqual([]);
  });

  it('are cancelled by Shoppo with a notification, expire, and are refunded', async () => {
    const { order, create, pay, statuses, look, control, bodies, ask } = await startWithOrder();
    await pay(order.id);
    await control('POST', '/orders/PO-1/cancel', { items: ['SHP-3'] });
    expect(await statuses()).toEqual(['PAID', 'PAID', 'CANCELLED']);
    await control('POST', '/orders/PO-1/cancel');
    await vi.waitFor(() =>
      expect(bodies('cancel-partner-order')).toEqual([{ order_id: 'PO-1', timestamp: 1795161600 }]),
    );
    expect((await look()).refundStatus).toBe('FULL_REFUNDED');
    const late = await create('PO-2', { 'SHP-4': 3 });
    await control('POST', '/orders/PO-2/expire');
    expect((await pay(late.id)).errors[0].message).toContain('is EXPIRED');
    const third = await create('PO-3', { 'SHP-4': 1 });
    expect((await control('POST', '/orders/PO-3/pay')).json.order.status).toBe('PAID');
    expect((await control('POST', '/orders/PO-3/pay')).status).toBe(409);
    await control('POST', '/orders/PO-3/ship', { notify: false });
    await control('POST', '/orders/PO-3/refund', {});
    const refunded = (await ask(ORDER, { id: third.id })).data.node;
    expect(refunded.orderItems[0]).toMatchObject({ status: 'SHIPPED', refundedAmount: 18.99, shippingRefunded: false });
    expect(bodies('deliver-partner-order')).toEqual([]);
  });

  it('ship by themselves when told to', async () => {
    const { order, pay, statuses, sandbox, control, create } = await startWithOrder({ autoShip: { afterMs: 20 } });
    await pay(order.id);
    await vi.waitFor(async () => expect((await statuses())[0]).toBe('DELIVERED'));
    await control('PUT', '/auto-ship', { afterMs: null });
    const second = await create('PO-2');
    await pay(second.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sandbox.orders()[1]?.items[0]?.status).toBe('PAID');
    await control('PUT', '/auto-ship', { afterMs: 0, courier: 'FedEx' });
    await vi.waitFor(() => expect(sandbox.orders()[1]?.items[0]?.package?.courier).toBe('FedEx'));
  });

  it('answer to the spellings of the table and of the examples', async () => {
    const { ask, order } = await startWithOrder();
    const query = `query ($id: ID!) { node(id: $id) { ... on Order {
      order_items { is_refunded } order_total orderTotal time_created shipping_address { countryCode } } } }`;
    expect((await ask(query, { id: order.id })).data.node).toEqual({
      order_items: [{ is_refunded: false }, { is_refunded: false }],
      order_total: 54.24,
      orderTotal: 54.24,
      time_created: 1795161600,
      shipping_address: { countryCode: 'US' },
    });
  });
});
