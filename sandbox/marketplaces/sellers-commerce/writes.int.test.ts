import { afterEach, describe, expect, it } from 'vitest';
import { startSeller } from './test-seller.ts';

const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start() {
  const seller = await startSeller();
  stops.push(seller.sandbox.stop);
  const code = async (path: string, body: unknown, contentType?: string) => {
    const { status, json } = await seller.post(path, body, contentType);
    return [json.StatusCode, json.Results, status];
  };
  return { ...seller, code };
}

const parcel = {
  OrderNumber: '100234',
  CarrierId: 1,
  ServiceTypeId: 1,
  TrackingNumber: '1Z999AA10123456784',
  ShippedDate: '2026-11-20T18:00:00',
  Items: [{ SkuCode: 'MUG-RED', Quantity: 1 }],
};
const done = [20, 'Processed', 200];

describe('shippinginformation', () => {
  const path = '/order/shippinginformation';

  it('takes one parcel after another until everything is shipped', async () => {
    const { sandbox, post, get, events } = await start();
    sandbox.place();
    expect((await post(path, parcel)).json).toEqual({
      Results: 'Processed',
      ResponseMessage: 'Processed Successfully',
      StatusCode: 20,
    });
    expect((await get('/order/get/100234')).json).toMatchObject({
      OrderStatusId: 8,
      ShippingInformation: [{ CarrierId: 1, TrackingNumber: '1Z999AA10123456784', Items: parcel.Items }],
    });
    await post(path, { ...parcel, OrderNumber: 100234, TrackingNumber: 'second', Items: parcel.Items });
    expect((await get('/order/get/100234')).json).toMatchObject({
      OrderStatusId: 9,
      ShippingInformation: [{}, { CarrierId: 1, TrackingNumber: 'second' }],
    });
    expect(events).toContainEqual({ type: 'order.fulfilled', orderId: '100234' });
  });

  it('takes each carrier with its own services, as the tables have them', async () => {
    const { sandbox, code } = await start();
    sandbox.place({ OrderItems: [{ SkuCode: 'MUG-RED', Quantity: 20 }] });
    const ship = (CarrierId: number, ServiceTypeId?: number) =>
      code(path, { ...parcel, CarrierId, ServiceTypeId, TrackingNumber: `T${CarrierId}-${ServiceTypeId}` });
    expect(await ship(2, 14)).toEqual(done);
    expect(await ship(8, 29)).toEqual(done);
    expect(await ship(10, 36)).toEqual(done);
    expect(await ship(7)).toEqual(done);
    for (const [carrier, service] of [
      [1, 29],
      [8, 1],
      [2, 12],
      [8, 33],
      [1, undefined],
      [3, 1],
    ] as const) {
      expect(await ship(carrier, service)).toEqual([30, 'InvalidData', 406]);
    }
    expect(await ship(9, 1)).toEqual([21, 'ProviderNotExists', 404]);
  });

  it('refuses with the code of the mistake, and leaves the order as it was', async () => {
    const { sandbox, code, control } = await start();
    sandbox.place();
    sandbox.place({ OrderNumber: 'gone' });
    await control('/orders/gone/cancel');
    const before = sandbox.orders();
    const items = (SkuCode: unknown, Quantity: unknown) => ({ ...parcel, Items: [{ SkuCode, Quantity }] });
    expect(await code(path, { ...parcel, OrderNumber: 'none' })).toEqual([24, 'OrderNotExist', 404]);
    expect(await code(path, items('AMBER-RING', 1))).toEqual([25, 'SkuNotExist', 404]);
    expect(await code(path, items('MUG-RED', 3))).toEqual([26, 'InvalidQty', 406]);
    for (const wrong of [
      items('MUG-RED', 0),
      items('MUG-RED', 1.5),
      { ...parcel, Items: [] },
      { ...parcel, TrackingNumber: ' ' },
      { ...parcel, ShippedDate: 'yesterday' },
      { ...parcel, CarrierId: 'UPS' },
      { ...parcel, OrderNumber: undefined },
      { ...parcel, OrderNumber: 'gone' },
      [],
    ]) {
      expect(await code(path, wrong)).toEqual([30, 'InvalidData', 406]);
    }
    expect(await code(path, '{"OrderNumber":')).toEqual([30, 'InvalidData', 400]);
    expect(await code(path, parcel, 'text/plain')).toEqual([30, 'InvalidData', 400]);
    expect(sandbox.orders()).toEqual(before);
  });

  it('knows a parcel that it was told of already', async () => {
    const { sandbox, code } = await start();
    sandbox.place();
    const whole = { ...parcel, Items: [{ SkuCode: 'MUG-RED', Quantity: 2 }] };
    expect(await code(path, whole)).toEqual(done);
    expect(await code(path, whole)).toEqual([33, 'Exists', 406]);
    expect(await code(path, { ...whole, TrackingNumber: 'another' })).toEqual([26, 'InvalidQty', 406]);
    expect(sandbox.orders()[0]?.ShippingInformation).toHaveLength(1);
    expect(sandbox.received().counts.byOrder).toEqual({ 100234: 1 });
  });
});

describe('updateorderstatus', () => {
  it('moves an order from placed to processing and nowhere else', async () => {
    const { sandbox, code } = await start();
    sandbox.place({ OrderNumber: 'placed' });
    sandbox.place({ OrderNumber: 'shipped', OrderStatusId: 9 });
    const move = (OrderNumber: string, OrderStatusId: unknown = 35) =>
      code('/order/updateorderstatus', { OrderNumber, OrderStatusId });
    expect(await move('none')).toEqual([24, 'OrderNotExist', 404]);
    expect(await move('placed', 9)).toEqual([30, 'InvalidData', 406]);
    expect(await move('placed', null)).toEqual([30, 'InvalidData', 406]);
    expect(await move('placed')).toEqual(done);
    expect(sandbox.orders()[0]?.OrderStatusId).toBe(35);
    expect(await move('placed')).toEqual([33, 'Exists', 406]);
    expect(await move('shipped')).toEqual([30, 'InvalidData', 406]);
  });
});

describe('paymentinformation', () => {
  it('captures an authorized payment once', async () => {
    const { sandbox, code } = await start();
    sandbox.place({ OrderNumber: 'authorized' });
    sandbox.place({ OrderNumber: 'captured', PaymentStatusId: 74 });
    sandbox.place({ OrderNumber: 'gone', OrderStatusId: 5 });
    const pay = (OrderNumber: string, change = {}) =>
      code('/order/paymentinformation', { OrderNumber, TransactionNumber: 'T1', AuthorizationCode: 'A1', ...change });
    expect(await pay('none')).toEqual([24, 'OrderNotExist', 404]);
    expect(await pay('authorized', { AuthorizationCode: '' })).toEqual([30, 'InvalidData', 406]);
    expect(await pay('authorized', { AuthorizationCode: 'A2' })).toEqual([30, 'InvalidData', 406]);
    expect(await pay('authorized', { TransactionNumber: undefined })).toEqual([30, 'InvalidData', 406]);
    expect(await pay('gone')).toEqual([30, 'InvalidData', 406]);
    expect(await pay('authorized')).toEqual(done);
    expect(sandbox.orders()[0]).toMatchObject({ PaymentStatusId: 86, TransactionNumber: 'T1' });
    expect(await pay('authorized')).toEqual([27, 'PaymenExist', 406]);
    expect(await pay('authorized', { TransactionNumber: 'T2' })).toEqual([28, 'AlreadyCaptured', 406]);
    expect(await pay('captured')).toEqual([28, 'AlreadyCaptured', 406]);
  });
});

describe('products', () => {
  it('sets stock and prices of all SKUs or of none', async () => {
    const { sandbox, code, get, control } = await start();
    const inventoryOf = async (sku: string) => (await get(`/product/get/${sku}`)).json.Skus[0].Inventory;
    const set = (body: unknown) => code('/product/updateskuinventory', body);
    expect(
      await set([
        { SkuCode: 'MUG-RED', Inventory: 7 },
        { SkuCode: 'MUG-BLUE', Inventory: 0 },
      ]),
    ).toEqual(done);
    expect([await inventoryOf('MUG-RED'), await inventoryOf('MUG-BLUE')]).toEqual([7, 0]);
    const half = [
      { SkuCode: 'MUG-RED', Inventory: 1 },
      { SkuCode: 'NONE', Inventory: 1 },
    ];
    expect(await set(half)).toEqual([34, 'InvalidSku', 406]);
    expect(await set([{ SkuCode: 'MUG-RED', Inventory: -1 }])).toEqual([30, 'InvalidData', 406]);
    expect(await set({ SkuCode: 'MUG-RED', Inventory: 1 })).toEqual([30, 'InvalidData', 406]);
    expect(await inventoryOf('MUG-RED')).toBe(7);
    expect(await code('/product/updateskuprice', [{ SkuCode: 'MUG-RED', Price: 13.25 }])).toEqual(done);
    await control('/stock', { SkuCode: 'SHP-1', Inventory: 3, Price: 9 }, 'PUT');
    expect((await get('/product/getallproductskus?top=1&skip=6')).json).toMatchObject([
      { SkuCode: 'SHP-1', ProductCode: 'SHP-1', Inventory: 3, Price: 9 },
    ]);
    expect((await get('/product/getallproductskus?ProductCode=MUG-RED')).json).toMatchObject([{ Price: 13.25 }]);
    expect((await get("/product/getall?$filter=ProductCode eq 'MUG-RED'")).json).toHaveLength(1);
    expect((await get('/product/get/NONE')).json.StatusCode).toBe(34);
    sandbox.place();
    expect(await inventoryOf('MUG-RED')).toBe(5);
  });
});

describe('returns and shoppers', () => {
  it('opens return requests from either side', async () => {
    const { sandbox, code, get, control } = await start();
    sandbox.place();
    sandbox.place({ OrderNumber: 'other' });
    const ask = (change = {}) =>
      code('/return/return', {
        OrderNumber: '100234',
        ReturnTypeId: 103,
        Items: [{ SkuCode: 'MUG-RED', Quantity: 2 }],
        ...change,
      });
    expect(await ask({ OrderNumber: 'none' })).toEqual([24, 'OrderNotExist', 404]);
    expect(await ask({ ReturnTypeId: 1 })).toEqual([30, 'InvalidData', 406]);
    expect(await ask({ Items: [{ SkuCode: 'NONE', Quantity: 1 }] })).toEqual([25, 'SkuNotExist', 404]);
    expect(await ask({ Items: [{ SkuCode: 'MUG-RED', Quantity: 3 }] })).toEqual([30, 'InvalidData', 406]);
    expect(await ask()).toEqual(done);
    expect(await ask()).toEqual([33, 'Exists', 406]);
    expect((await control('/orders/other/return', {})).status).toBe(201);
    await control('/returns/5002', { ReturnStatusId: 98 }, 'PATCH');
    expect((await get("/return/getall?$filter=OrderNumber eq '100234'")).json).toMatchObject([{ ReturnStatusId: 97 }]);
    expect((await get('/return/get/5002')).json).toMatchObject({ OrderNumber: 'other', ReturnStatusId: 98 });
    expect((await get('/return/get/1')).status).toBe(404);
  });

  it('knows the shoppers of its orders', async () => {
    const { sandbox, get } = await start();
    sandbox.place();
    expect((await get('/shopper/get/mary.jones@example.com')).json).toMatchObject({
      FirstName: 'Mary',
      ShopperTypeID: 11,
      Address: [{ City: 'Austin', StateCode: 'TX', CountryCode: 'US', ZipCode: '78701' }],
    });
    expect((await get('/Shopper/getall')).json).toHaveLength(1);
    expect(await get('/shopper/get/nobody')).toMatchObject({ status: 404, json: { StatusCode: 22 } });
  });
});
