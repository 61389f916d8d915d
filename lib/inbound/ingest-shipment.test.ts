import { beforeEach, describe, expect, it, vi } from 'vitest';
import { applyProduct } from '#lib/catalog/product';
import { noteProduct, putProduct } from '#lib/catalog/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries, getDelivery, transition } from '#lib/deliveries/ledger';
import { getEvent } from '#lib/inbound/event';
import type { Change } from '#lib/marketplaces/contract';
import { missingSteps } from '#lib/orders/balance';
import { changeOrder } from '#lib/orders/change';
import { applyFulfillment } from '#lib/orders/fulfillment';
import type { Order } from '#lib/orders/order';
import { shownPlacements } from '#lib/orders/placements';
import { getTimeline, putOrder, putRemote } from '#lib/orders/store';
import { takeBack } from '#lib/orders/units';
import * as items from '#lib/platform/table/items';
import { fromShed, JD01, network, order, shipped, told, useInbox } from '#test/support/inbox';
import { at, MUGS, PLATE, snapshotOf } from '#test/support/orders';

const inbox = useInbox();
const { take, stored, eventOf } = inbox;

/** Changes the order where the ERP is to ship whatever is with nobody. */
const change = (decide: (order: Order) => Order) =>
  changeOrder(
    'scopio-main:ord_8f3a',
    (order) => order && { order: decide(order) },
    { by: 'me', network: { ...network, routes: [{ from: '*', to: 'erp' }] } },
    { table: inbox.table, ring: async () => {} },
  );

describe('what whoever ships says', () => {
  beforeEach(() => take(told(order())));

  it('adds parcels, tells who sold the order, and once', async () => {
    const message = told(shipped({ parcels: [JD01] }), fromShed);
    for (const each of [message, message, told(shipped({ parcels: [JD01] }), fromShed)]) await take(each);
    const { fulfillments, deliveries } = await stored();
    expect(fulfillments).toMatchObject([
      { trackingNumber: 'JD01', by: 'marketful-mx', lineItems: [{ quantity: 2 }, {}] },
    ]);
    const actions = (await getDeliveries(deliveries, inbox.table)).map(({ action }) => action);
    expect(actions).toEqual(['order', 'fulfillment']);
    const added = (await getTimeline(await stored(), inbox.table)).filter(({ type }) => type === 'fulfillment.added');
    expect(added).toMatchObject([{ by: 'marketful-mx', at: at(1) }]);
  });

  it('has no parcel reported again when its report, which went well long ago, is in the ledger no more', async () => {
    await take(told(shipped({ parcels: [JD01] }), fromShed));
    const { deliveries } = await stored();
    await inbox.table.delete({ Key: items.delivery.key({ id: deliveries[1] ?? '' }) });
    for (const late of [shipped({ parcels: [JD01], settled: true }), order({ note: 'ring twice' }), order()])
      await take(told(late, late.type === 'order' ? {} : fromShed));
    await change((now) => ({ ...now, acknowledgement: { by: 'erp', reference: 'SO-1', at: at(9) } }));
    expect((await stored()).deliveries).toEqual(deliveries);
    const kept = await getDeliveries(deliveries, inbox.table);
    expect(kept.map(({ action }) => action)).toEqual(['order']);
    expect(missingSteps(await stored(), kept)).toEqual([]);
  });

  it('means by its own name for goods every SKU of ours that the settings have for it', async () => {
    const shed = network.connections.get('marketful-mx');
    if (!shed) throw new Error('no shed');
    shed.settings = { skus: { [MUGS.sku]: 'M-1', OTHER: 'M-1', 'M-1': MUGS.sku } };
    for (const [index, sku] of ['OTHER', 'M-1'].entries()) {
      const parcels = [{ ...JD01, trackingNumber: `JD-${index}`, items: [{ sku, quantity: 1 }] }];
      await take(told(shipped({ parcels }), fromShed));
    }
    const { fulfillments } = await stored();
    expect(fulfillments.map(({ lineItems }) => lineItems)).toEqual([0, 1].map(() => [{ id: MUGS.id, quantity: 1 }]));
    const [placing] = (await stored()).placements;
    await take(told(shipped({ declined: [{ sku: 'OTHER', quantity: 1 }] }), fromShed));
    shed.settings = {};
    expect((await stored()).placements[0]?.lineItems).not.toEqual(placing?.lineItems);
  });

  it('means by the SKU it has for an EAN, or by a name in other letters, what was sold under that', async () => {
    const sold = '5901234123457';
    await noteProduct('marketful-mx', { sku: 'M-9', title: 'Plate', ean: sold }, inbox.table);
    await take(
      told(
        order({
          externalId: 'ean',
          lines: [
            { ...MUGS, ean: '590' },
            { ...PLATE, sku: sold, quantity: 3 },
          ],
        }),
      ),
    );
    const numbered = { sku: MUGS.sku, externalId: '77', version: null };
    const product = applyProduct(undefined, numbered, { connection: 'marketful-mx', receivedAt: at(1) });
    await inbox.table.transactWrite([putProduct(product, undefined)]);
    const names = ['M-9', 'm-9', sold, MUGS.sku.toLowerCase(), '590'];
    for (const [index, sku] of names.entries()) {
      const parcels = [{ ...JD01, trackingNumber: `JD-${index}`, items: [{ sku, quantity: 1 }] }];
      await take(told(shipped({ orderId: 'scopio-main:ean', parcels }), fromShed));
    }
    const { fulfillments } = await stored('scopio-main:ean');
    const inside = fulfillments.map(({ trackingNumber, lineItems: [line] }) => [trackingNumber, line?.id]).sort();
    expect(inside.map(([, id]) => id)).toEqual([PLATE.id, PLATE.id, PLATE.id, MUGS.id, MUGS.id]);
  });

  it('finds the order by the id it has there, where the shipper echoes none of ours', async () => {
    const remote = putRemote('marketful-mx', '5021', 'scopio-main:ord_8f3a').Put;
    await inbox.table.put(remote);
    await take(told(shipped({ orderId: null, parcels: [JD01] }), fromShed));
    expect((await stored()).fulfillments).toHaveLength(1);
  });

  it.each(['shoppo-supply', 'scopio-main'])('means nothing of an order that was not placed with it: %s', async (by) => {
    const before = await stored();
    const messages = [
      told(shipped({ parcels: [JD01] }), { connection: by }),
      told(shipped({ declined: 'rest' }), { connection: by }),
    ];
    for (const message of messages) await take(message);
    expect(await stored()).toEqual(before);
    for (const message of messages)
      expect(await eventOf(message)).toMatchObject({
        state: 'unreadable',
        order: null,
        error: { code: 'order_unknown' },
      });
  });

  it('of a channel that is none of ours is noted and no more', async () => {
    const message = told(shipped({ orderId: 'x:1', channel: 'theirs', number: 'N-1' }), fromShed);
    await take(message);
    expect(await eventOf(message)).toMatchObject({
      state: 'applied',
      note: 'order N-1 of channel theirs was not placed by this hub',
    });
  });

  it('lets a parcel be reported once its carrier is told, and one that waits for something else alone', async () => {
    for (const code of ['carrier_unmapped', 'http_401']) {
      await take(told(shipped({ parcels: [{ ...JD01, trackingNumber: code, carrier: '' }] }), fromShed));
      const report = (await getDeliveries((await stored()).deliveries, inbox.table)).at(-1);
      if (report?.action !== 'fulfillment') throw new Error('it is reported');
      const cause = { code, description: '' };
      await transition(report, { ...report, state: 'blocked', cause, waitsFor: 'connection' }, [], inbox.table);
      for (const carrier of ['', 'DHL'])
        await take(told(shipped({ parcels: [{ ...JD01, trackingNumber: code, carrier }] }), fromShed));
      const state = code === 'carrier_unmapped' ? 'pending' : 'blocked';
      expect(await getDelivery(report.id, inbox.table)).toMatchObject({ state });
    }
  });

  it('ends a placement that it has settled, and at the next poll where a crash came between', async () => {
    const [placing] = await getDeliveries((await stored()).deliveries, inbox.table);
    if (!placing) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(placing, { ...placing, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    const put = vi.spyOn(inbox.table, 'put').mockRejectedValueOnce(new Error('away'));
    const isSettled = async () => (await getDelivery(placing.id, inbox.table))?.placed?.isSettled ?? false;
    const part = { ...JD01, items: [{ sku: MUGS.sku, quantity: 1 }] };
    await take(told(shipped({ parcels: [part], settled: true }), fromShed));
    // The end of a parcel that holds a part is not the end of the placement.
    expect(await isSettled()).toBe(false);
    const declined = [{ sku: PLATE.sku, quantity: 1 }];
    for (const _again of [1, 2]) await take(told(shipped({ parcels: [part], declined, settled: true }), fromShed));
    expect(await isSettled()).toBe(false);
    const last = () => shipped({ parcels: [part, { ...JD01, trackingNumber: 'JD-2' }], settled: true });
    await expect(take(told(last(), fromShed))).rejects.toThrow('away');
    put.mockRestore();
    expect([(await stored()).fulfillments.length, await isSettled()]).toEqual([2, false]);
    await take(told(last(), { ...fromShed, receivedBy: 'poll' }));
    expect([(await stored()).fulfillments.length, await isSettled()]).toEqual([2, true]);
  });

  it('is settled over nothing that was written since: a refund noted meanwhile stays', async () => {
    const [placing] = await getDeliveries((await stored()).deliveries, inbox.table);
    if (!placing) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(placing, { ...placing, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    const refund = { state: 'refunded', amount: 1250, currency: 'USD' };
    const put = vi.spyOn(inbox.table, 'put').mockImplementationOnce(async (write) => {
      await take(told(shipped({ refund }), fromShed));
      return inbox.table.put(write);
    });
    await take(told(shipped({ parcels: [JD01], settled: true }), fromShed));
    put.mockRestore();
    expect(await getDelivery(placing.id, inbox.table)).toMatchObject({ placed: { refund } });
  });

  it('means one of several placements by its id or its number, and ends that one alone', async () => {
    await take(told(order({ version: at(9), lines: [{ ...MUGS, quantity: 5 }, PLATE] })));
    const placing = await getDeliveries((await stored()).deliveries, inbox.table);
    const numbers = ['SC-1001', 'SC-1001-2'];
    for (const [index, each] of placing.entries()) {
      const placed = { remoteId: `502${index}`, number: numbers[index] ?? '', channel: 'scopio-main', at: at(1) };
      await transition(each, { ...each, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    }
    const ended = async () => {
      const found = await getDeliveries((await stored()).deliveries, inbox.table);
      return found.flatMap(({ action, placed }) => (action === 'order' ? [placed?.isSettled ?? false] : []));
    };
    const parcels = [{ ...JD01, items: [{ sku: MUGS.sku, quantity: 3 }] }];
    await take(told(shipped({ remoteId: null, number: 'SC-1001-2', settled: true, parcels }), fromShed));
    expect(await ended()).toEqual([false, true]);
    expect((await stored()).fulfillments).toMatchObject([{ lineItems: [{ id: MUGS.id, quantity: 3 }] }]);
    await take(told(shipped({ remoteId: '5020', number: null, settled: true }), fromShed));
    expect(await ended()).toEqual([true, true]);
  });

  it('blocks a placement that it gives back, once', async () => {
    const refused = () => told(shipped({ remoteId: null, settled: true, declined: 'rest' }), fromShed);
    const [first, second] = [refused(), refused()];
    await take(first);
    await take(second);
    const [placing] = await getDeliveries((await stored()).deliveries, inbox.table);
    expect(placing).toMatchObject({ state: 'blocked', waitsFor: 'operator', cause: { code: 'cancelled_by_supplier' } });
    expect([(await eventOf(first)).state, (await eventOf(second)).state]).toEqual(['applied', 'duplicate']);
    const blocked = (await getTimeline(await stored(), inbox.table)).filter(({ type }) => type === 'delivery.blocked');
    expect(blocked).toMatchObject([
      { by: 'marketful-mx', detail: { code: 'cancelled_by_supplier', delivery: placing?.id } },
    ]);
  });

  it('is given back as often as it says, and whole under names that mean nothing here if they are as many', async () => {
    const given = async () => {
      const { placements } = await stored();
      return placements.map(({ lineItems = [] }) => lineItems.map(({ quantity }) => quantity));
    };
    const back = (sku: string, ...quantities: number[]) =>
      take(told(shipped({ declined: quantities.map((quantity) => ({ sku, quantity })) }), fromShed));
    await back(MUGS.sku, 1);
    for (const _again of [1, 2]) await back(MUGS.sku, 1, 1);
    expect(await given()).toEqual([[1], [1], [1]]);
    await back('?', 2);
    expect(await given()).toEqual([[1], [1], [1]]);
    await back('?', 3);
    const [placing] = await getDeliveries((await stored()).deliveries, inbox.table);
    expect(placing).toMatchObject({ state: 'blocked', cause: { description: expect.stringContaining('1 PLATE') } });
  });

  it('does not hold what the same answer gives back, where it does not say what is inside', async () => {
    const declined = [{ sku: MUGS.sku, quantity: 1 }];
    for (const _again of [1, 2]) await take(told(shipped({ parcels: [JD01], declined }), fromShed));
    const { fulfillments, placements } = await stored();
    expect(fulfillments.map(({ lineItems }) => lineItems)).toEqual([
      [
        { id: MUGS.id, quantity: 1 },
        { id: PLATE.id, quantity: 1 },
      ],
    ]);
    expect(placements.map(({ lineItems }) => lineItems?.map(({ quantity }) => quantity))).toEqual([[1, 1], [1]]);
  });

  it('does not block the replay of a placement by late word that it was given back', async () => {
    const [placing] = await getDeliveries((await stored()).deliveries, inbox.table);
    if (!placing) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    const standing: Delivery = { ...placing, state: 'succeeded', nextAttemptAt: null, placed };
    await transition(placing, standing, [], inbox.table);
    const refused = () => told(shipped({ remoteId: null, settled: true, declined: 'rest' }), fromShed);
    await take(refused());
    const blocked = await getDelivery(placing.id, inbox.table);
    if (!blocked) throw new Error('it is blocked');
    expect(blocked.state).toBe('blocked');
    const replayed: Delivery = { ...blocked, state: 'pending', cause: null, waitsFor: null, nextAttemptAt: at(2) };
    await transition(blocked, replayed, [], inbox.table);
    const late = refused();
    await take(late);
    expect((await getDelivery(placing.id, inbox.table))?.state).toBe('pending');
    expect((await eventOf(late)).state).toBe('duplicate');
  });

  it('ends the wait for what it gave back and sent all the same', async () => {
    const placing = async () => (await getDeliveries((await stored()).deliveries, inbox.table))[0];
    const asked = await placing();
    if (!asked) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(asked, { ...asked, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    await take(told(shipped({ settled: true, declined: 'rest' }), fromShed));
    expect((await placing())?.state).toBe('blocked');
    const items = [{ sku: MUGS.sku, quantity: 1 }];
    await take(told(shipped({ parcels: [{ ...JD01, items }] }), fromShed));
    expect((await placing())?.cause?.description).toContain(`cancelled 1 ${MUGS.sku}, 1 ${PLATE.sku}`);
    await take(told(shipped({ parcels: [JD01, { ...JD01, trackingNumber: 'JD02' }] }), fromShed));
    expect(await placing()).toMatchObject({ state: 'succeeded', cause: null });
  });

  it('is of what it had given back, where nothing is left with it and it does not say what is inside', async () => {
    const [{ delivery = '', lineItems = [] } = {}] = (await stored()).placements;
    await change((order) => takeBack(order, delivery, lineItems));
    await take(told(shipped({ parcels: [JD01] }), fromShed));
    expect((await stored()).fulfillments).toMatchObject([{ lineItems }]);
  });

  it('counts units that had been given back and are named in a parcel all the same, and has a person hear of it', async () => {
    const [{ delivery = '' } = {}] = (await stored()).placements;
    await take(told(order({ version: at(1), lines: [{ ...MUGS, quantity: 1 }, PLATE] })));
    // A person found that one mug was taken off there.
    await change((each) => takeBack(each, delivery, [{ id: MUGS.id, quantity: 1 }]));
    const known = (await stored()).deliveries.length;
    const items = [
      { sku: MUGS.sku, quantity: 2 },
      { sku: PLATE.sku, quantity: 1 },
    ];
    for (const _again of [1, 2]) await take(told(shipped({ parcels: [{ ...JD01, items }] }), fromShed));
    const { fulfillments, deliveries } = await stored();
    expect(fulfillments.map(({ lineItems }) => lineItems.map(({ quantity }) => quantity))).toEqual([[2, 1]]);
    const since = await getDeliveries(deliveries.slice(known), inbox.table);
    expect(since.map(({ action }) => action).sort()).toEqual(['cancel', 'fulfillment']);
  });

  const placing = async () => (await getDeliveries((await stored()).deliveries, inbox.table))[0];
  async function place() {
    const asked = await placing();
    if (!asked) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(asked, { ...asked, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
  }

  it('has a person look where all of it is done and no parcel was told, until one is', async () => {
    await place();
    const done = () => told(shipped({ settled: true }), fromShed);
    for (const message of [done(), done()]) await take(message);
    const blocked = await placing();
    expect(blocked).toMatchObject({ state: 'blocked', cause: { code: 'parcel_untold' }, placed: { isSettled: true } });
    expect(blocked?.cause?.description).toContain(`no parcel for 2 ${MUGS.sku}, 1 ${PLATE.sku}`);
    await take(told(shipped({ settled: true, parcels: [JD01] }), fromShed));
    expect(await placing()).toMatchObject({ state: 'succeeded', cause: null, unknown: false });
  });

  it('has a person look for no more than is left to ship, and also where it cancelled some', async () => {
    await place();
    const lineItems = [{ id: PLATE.id, quantity: 1 }];
    await change((now) => applyFulfillment(now, { carrier: 'dhl', trackingNumber: 'X1', lineItems }, at(2)).order);
    await take(told(shipped({ settled: true, declined: [{ sku: MUGS.sku, quantity: 1 }] }), fromShed));
    expect((await placing())?.cause?.description).toContain(`no parcel for 1 ${MUGS.sku}:`);
    const given = (await getDeliveries((await stored()).deliveries, inbox.table)).map(({ cause }) => cause?.code);
    expect(given).toContain('cancelled_by_supplier');
  });

  it('waits no more for what it cancelled in part and names in a parcel all the same', async () => {
    const declined = [{ sku: MUGS.sku, quantity: 1 }];
    await take(told(shipped({ declined }), fromShed));
    const items = [...declined, ...declined, { sku: PLATE.sku, quantity: 1 }];
    await take(told(shipped({ parcels: [{ ...JD01, items }] }), fromShed));
    const { placements, deliveries } = await stored();
    const asked = (await getDeliveries(deliveries, inbox.table)).filter(({ action }) => action === 'cancel');
    expect(asked.map(({ subject }) => subject.placement)).toEqual([placements[1]?.delivery]);
  });

  it('is of what one placement gave back, where several did and it does not say which it is of', async () => {
    await take(told(order({ version: at(1), lines: [{ ...MUGS, quantity: 3 }, PLATE] })));
    const { placements } = await stored();
    for (const [n, each] of (await getDeliveries((await stored()).deliveries, inbox.table)).entries()) {
      const placed = { remoteId: `${5021 + n}`, number: 'SC-1001', channel: 'scopio-main', at: at(1) };
      await transition(each, { ...each, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    }
    for (const { delivery, lineItems = [] } of placements) await change((each) => takeBack(each, delivery, lineItems));
    await inbox.table.put(putRemote('marketful-mx', '4999', 'scopio-main:ord_8f3a').Put);
    const unnamed = { orderId: null, number: null, channel: null, remoteId: '4999', parcels: [JD01] };
    await take(told(shipped(unnamed), fromShed));
    expect((await stored()).fulfillments).toMatchObject([{ lineItems: [{ id: MUGS.id, quantity: 1 }] }]);
  });

  it('is of what it had cancelled, where that was given to somebody else and leaves twice', async () => {
    const [{ delivery: id = '', lineItems = [] } = {}] = (await stored()).placements;
    const now = await getDelivery(id, inbox.table);
    if (!now) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(now, { ...now, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    await take(told(shipped({ settled: true, declined: 'rest' }), fromShed));
    const byHand = { id: 'ful_9', by: 'erp', carrier: 'dhl', trackingNumber: 'E1', lineItems, shippedAt: at(2) };
    await change((order) => takeBack(order, id, lineItems, { unasked: true }));
    await take(told(shipped({ parcels: [JD01] }), fromShed));
    await change((order) => ({ ...order, fulfillments: [...order.fulfillments, byHand] }));
    const { fulfillments, placements } = await stored();
    expect(fulfillments.map((parcel) => parcel.lineItems)).toEqual([lineItems, lineItems]);
    expect(placements.map(({ less }) => less)).toEqual([lineItems]);
  });

  it('ends what was to be changed at a placement that it gives back', async () => {
    const cancels = async () =>
      (await getDeliveries((await stored()).deliveries, inbox.table)).filter(({ action }) => action === 'cancel');
    const [placing] = await getDeliveries((await stored()).deliveries, inbox.table);
    if (!placing) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(placing, { ...placing, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    const { shippingAddress } = snapshotOf();
    const moved = { version: at(3), shippingAddress: { ...shippingAddress, street_address: 'Calle 10 no. 5' } };
    await take(told(order(moved)));
    expect((await cancels()).map(({ subject }) => subject.readdressed)).toEqual([2]);
    await take(told(shipped({ settled: true, declined: 'rest' }), fromShed));
    expect((await cancels()).map(({ subject }) => subject.readdressed)).toEqual([2, undefined]);
  });

  it('is no word of another placement, where it says no more than its id there, or the number of one placed anew', async () => {
    const [asked] = await getDeliveries((await stored()).deliveries, inbox.table);
    if (!asked) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(asked, { ...asked, state: 'succeeded', nextAttemptAt: null, placed }, [], inbox.table);
    for (const id of ['4999', '5021']) await inbox.table.put(putRemote('marketful-mx', id, 'scopio-main:ord_8f3a').Put);
    const refund = { state: 'full_refunded', amount: 350, currency: 'USD' };
    const unnamed = { orderId: null, number: null, channel: null, settled: true, declined: 'rest' as const, refund };
    const before = await stored();
    await take(told(shipped({ ...unnamed, remoteId: '4999' }), fromShed));
    await take(told(shipped({ ...unnamed, remoteId: '4999', number: 'SC-1001-2' }), fromShed));
    expect(await stored()).toEqual(before);
    expect(await getDelivery(asked.id, inbox.table)).toEqual({
      ...asked,
      state: 'succeeded',
      nextAttemptAt: null,
      placed,
    });
    await take(told(shipped({ ...unnamed, remoteId: '5021' }), fromShed));
    expect(await getDelivery(asked.id, inbox.table)).toMatchObject({ state: 'blocked', placed: { refund } });
  });

  it('is of what has its id there, also where the answer to that placement is not on record yet', async () => {
    const lines = [{ ...MUGS, quantity: 3 }, PLATE];
    await take(told(order({ version: at(1), lines })));
    const [, later] = (await stored()).placements;
    const remote = putRemote('marketful-mx', '5022', 'scopio-main:ord_8f3a', later?.delivery).Put;
    await inbox.table.put(remote);
    const unnamed = shipped({ orderId: null, number: null, remoteId: '5022', parcels: [JD01] });
    const named = shipped({ number: 'SC-1001-2', remoteId: '5022', parcels: [JD01] });
    for (const each of [unnamed, named, unnamed]) await take(told(each, fromShed));
    expect((await stored()).fulfillments).toMatchObject([
      { placement: later?.delivery, lineItems: [{ id: MUGS.id, quantity: 1 }] },
    ]);
  });

  it('is told once of what left after all, also where the rest has been placed anew since', async () => {
    const placing = async () => {
      const [found] = await getDeliveries((await stored()).deliveries, inbox.table);
      if (!found) throw new Error('it is placed');
      return found;
    };
    const place = async (remoteId: string) => {
      const placed = { remoteId, number: 'SC-1001', channel: 'scopio-main', at: at(1) };
      const now = await placing();
      await transition(now, { ...now, state: 'succeeded', cause: null, waitsFor: null, placed }, [], inbox.table);
    };
    await place('5021');
    await take(told(shipped({ settled: true, declined: 'rest' }), fromShed));
    const sent = shipped({ parcels: [{ ...JD01, items: [{ sku: MUGS.sku, quantity: 1 }] }] });
    await take(told(sent, fromShed));
    await place('5022');
    const { fulfillments } = await stored();
    await take(told(sent, fromShed));
    expect((await stored()).fulfillments).toEqual(fulfillments);
  });

  it.each([0, 1])(
    'is of units nobody wants, where what it had cancelled and what was placed anew leave (%i)',
    async (n) => {
      const [{ delivery: id = '', lineItems = [] } = {}] = (await stored()).placements;
      const place = async (remoteId: string, number: string) => {
        const now = await getDelivery(id, inbox.table);
        if (!now) throw new Error('it is placed');
        const placed = { remoteId, number, channel: 'scopio-main', at: at(1) };
        await transition(now, { ...now, state: 'succeeded', cause: null, waitsFor: null, placed }, [], inbox.table);
        await inbox.table.put(putRemote('marketful-mx', remoteId, 'scopio-main:ord_8f3a', id).Put);
      };
      await place('5021', 'SC-1001');
      await take(told(shipped({ remoteId: '5021', settled: true, declined: 'rest' }), fromShed));
      await place('5022', 'SC-1001-2');
      const former = shipped({ remoteId: '5021', parcels: [JD01] });
      const JD02 = { ...JD01, trackingNumber: 'JD02' };
      const anew = shipped({ remoteId: '5022', number: 'SC-1001-2', parcels: [JD02] });
      const unwanted = async () => (await stored()).placements.map(({ less }) => less);
      for (const each of n === 0 ? [former, former, anew] : [anew, anew, former, anew])
        await take(told(each, fromShed));
      expect(await unwanted()).toEqual([lineItems]);
      expect((await stored()).fulfillments.map((parcel) => parcel.lineItems)).toEqual([lineItems, lineItems]);
    },
  );

  it('is told on the order it is about, where it changes nothing', async () => {
    await inbox.table.put(putRemote('shoppo-supply', 'ticket-1', 'scopio-main:ord_8f3a').Put);
    const about = { remoteId: 'ticket-1', type: 'ticket.replied' as const };
    const message = told({ type: 'none', reason: 'we looked', about }, { connection: 'shoppo-supply' });
    await take(message);
    await take(message);
    const replies = (await getTimeline(await stored(), inbox.table)).filter(({ type }) => type === 'ticket.replied');
    expect(replies).toMatchObject([{ by: 'shoppo-supply', detail: { event: message.id, note: 'we looked' } }]);
  });

  it('keeps no word that is said of an order whose buyer was erased', async () => {
    await inbox.table.put(putRemote('shoppo-supply', 'ticket-1', 'scopio-main:ord_8f3a').Put);
    const known = await stored();
    await inbox.table.transactWrite([
      putOrder({ ...known, erased: { at: at(2), by: 'dpo', email: null }, revision: known.revision + 1 }, known),
    ]);
    const about = { remoteId: 'ticket-1', type: 'ticket.replied' as const };
    const message = told({ type: 'none', reason: 'Dear Ana', about }, { connection: 'shoppo-supply' });
    await take(message);
    expect(await getEvent(message.id, inbox.table)).toMatchObject({ state: 'applied', body: '', note: 'erased' });
    expect(JSON.stringify(await getTimeline(await stored(), inbox.table))).not.toContain('Dear Ana');
  });
});

describe('a placement that its poll asks for no more', () => {
  const stale: Change = { type: 'stale', orderId: 'scopio-main:ord_8f3a', number: 'SC-1001', since: at(2) };
  const placedAt = async () => {
    await take(told(order()));
    const [placing] = await getDeliveries((await stored()).deliveries, inbox.table);
    if (!placing) throw new Error('no placement');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(2) };
    await transition(placing, { ...placing, state: 'succeeded', placed }, [], inbox.table);
    return placing.id;
  };

  it('waits for a person, and is looked for before it is placed again', async () => {
    const id = await placedAt();
    await take(told(stale, fromShed));
    await take(told(stale, fromShed));
    expect(await getDelivery(id, inbox.table)).toMatchObject({
      ...{ state: 'blocked', unknown: true, cause: { code: 'never_settled' }, placed: { isSettled: true } },
    });
    const timeline = await getTimeline(await stored(), inbox.table);
    expect(timeline.filter(({ type }) => type === 'delivery.blocked')).toHaveLength(1);
  });

  it('keeps what was paid back of it, and tells that once', async () => {
    const id = await placedAt();
    const refund = { state: 'refunded', amount: 1250, currency: 'USD' };
    for (const settled of [false, false, true]) await take(told(shipped({ refund, settled }), fromShed));
    const delivery = await getDelivery(id, inbox.table);
    expect(delivery).toMatchObject({ placed: { refund, isSettled: true } });
    expect(shownPlacements(await stored(), delivery ? [delivery] : [])).toMatchObject([{ delivery: id, refund }]);
    const timeline = await getTimeline(await stored(), inbox.table);
    expect(timeline.filter(({ type }) => type === 'placement.refunded')).toMatchObject([
      { detail: { delivery: id, ...refund } },
    ]);
  });

  it('is forgotten where its order is done', async () => {
    const id = await placedAt();
    await take(told(shipped({ parcels: [JD01] }), fromShed));
    await take(told(stale, fromShed));
    expect(await getDelivery(id, inbox.table)).toMatchObject({ state: 'succeeded', placed: { isSettled: true } });
  });
});
