import { describe, expect, it } from 'vitest';
import { ContractError } from '#lib/platform/errors';
import {
  at,
  contentOf,
  MUGS,
  orderOf,
  PLATE,
  quantitiesOf,
  shipmentOf,
  snapshotOf,
  sourceOf,
  ucpErrors,
} from '#test/support/orders';
import { correctAddress } from './by-hand.ts';
import { liftCancellation } from './history.ts';
import type { Order, OrderSnapshot } from './order.ts';
import { applyShipment } from './shipment.ts';
import { applySnapshot } from './snapshot.ts';
import { statusOf } from './status.ts';

const tell = (order: Order | null, minute: number, changes: Partial<OrderSnapshot> = {}) =>
  applySnapshot(order, snapshotOf({ version: at(minute), ...changes }), sourceOf(minute));

describe('applySnapshot', () => {
  it('knows units first bought that the source tells of, whatever is read before or after', () => {
    const reduced = { lines: [{ ...MUGS, quantity: 2, ordered: 3 }] };
    const { order } = tell(null, 1, reduced);
    expect(quantitiesOf(order)).toMatchObject({ li_1: { original: 3, total: 2 } });
    expect(tell(order, 1, reduced).order).toBe(order);
    expect(ucpErrors(order)).toEqual([]);
    expect(quantitiesOf(tell(order, 2, { lines: [MUGS] }).order)).toMatchObject({ li_1: { original: 3, total: 2 } });
  });

  it('creates an order that is a valid UCP order', () => {
    const { result, order, timeline } = tell(null, 1);
    expect(result).toBe('created');
    expect(order).toMatchObject({
      id: 'scopio-main:ord_8f3a',
      sourceVersion: at(1),
      snapshotEvent: 'evt_1',
      receivedAt: at(1),
      deliveries: [],
      routed: [],
      revision: 0,
    });
    expect(ucpErrors(order)).toEqual([]);
    expect(timeline.map(({ type }) => type)).toEqual(['order.received', 'order.paid']);
  });

  it('keeps two accounts with the same external id apart', () => {
    const other = applySnapshot(null, snapshotOf(), sourceOf(1, { connection: 'scopio-b2b' })).order;
    expect([orderOf().id, other.id]).toEqual(['scopio-main:ord_8f3a', 'scopio-b2b:ord_8f3a']);
  });

  it('takes the same words again for the same order, and hands back the very object when nothing is to be written', () => {
    const { order } = tell(null, 1);
    const again = tell(order, 1);
    expect(again).toEqual({ result: 'same', order, timeline: [] });
    expect(again.order).toBe(order);
  });

  it('takes the same words of a newer version for the same order, seen later', () => {
    const { order } = tell(null, 1);
    const later = tell(order, 5);
    expect(later).toMatchObject({
      result: 'same',
      timeline: [],
      order: { sourceVersion: at(5), snapshotEvent: 'evt_1' },
    });
    expect(later.order.ucp).toEqual(order.ucp);
    // A statement from in between is older than the last one seen.
    expect(tell(later.order, 3, { number: 'SC-OLD' }).order.number).toBe('SC-1001');
  });

  it('takes the time of receipt for the version where the source names none', () => {
    const { order } = applySnapshot(null, snapshotOf({ version: null }), sourceOf(4));
    expect(order.sourceVersion).toBe(at(4));
    const again = applySnapshot(order, snapshotOf({ version: null }), sourceOf(4));
    expect(again).toEqual({ result: 'same', order, timeline: [] });
    const late = applySnapshot(order, snapshotOf({ version: null, number: 'X' }), sourceOf(3));
    expect(late).toMatchObject({ result: 'older', order: { number: 'SC-1001' } });
  });

  it('takes an answer for as old as the question, however late it came', () => {
    const { order } = applySnapshot(null, snapshotOf({ version: null }), sourceOf(4));
    const slow = sourceOf(9, { askedAt: at(3) });
    const late = applySnapshot(order, snapshotOf({ version: null, number: 'X' }), slow);
    expect(late).toMatchObject({ result: 'older', order: { number: 'SC-1001' } });
  });

  it('lets no snapshot that its source does not date overwrite one that it does, whatever the clocks say', () => {
    const { order } = tell(null, 1);
    const undated = applySnapshot(order, snapshotOf({ version: null, number: 'X' }), sourceOf(9));
    expect(undated).toMatchObject({ result: 'older', order: { number: 'SC-1001', sourceVersion: at(1) } });
    const first = applySnapshot(null, snapshotOf({ version: null, number: 'X' }), sourceOf(9)).order;
    expect(tell(first, 1)).toMatchObject({ result: 'updated', order: { number: 'SC-1001', sourceVersion: at(1) } });
  });

  it('takes a version far ahead of the clock for one of now, so that a cancellation told afterwards is not overtaken', () => {
    const { order } = applySnapshot(null, snapshotOf({ version: '2099-01-01T00:00:00.000Z' }), sourceOf(4));
    expect(order.sourceVersion).toBe(at(4));
    expect(statusOf(tell(order, 5, { cancelled: true }).order)).toBe('cancelled');
    // Orders that were stored before that.
    const far = '2099-01-01T00:00:00.000Z';
    const stored = ({ history, ...rest }: typeof order): typeof order => ({
      ...rest,
      history: JSON.parse(JSON.stringify(history).replaceAll(history.stands.version, far)),
    });
    expect(statusOf(tell(stored(order), 5, { cancelled: true }).order)).toBe('cancelled');
    const less = tell(stored(order), 5, { lines: [{ ...MUGS, quantity: 1 }, PLATE] }).order;
    expect(less.ucp.line_items[0]?.quantity).toMatchObject({ original: 2, total: 1 });
    const cancelled = stored(tell(null, 4, { cancelled: true }).order);
    expect(statusOf(tell(cancelled, 5).order)).not.toBe('cancelled');
    const lifted = { ...cancelled, history: liftCancellation(cancelled.history) };
    expect(statusOf(tell(lifted, 6, { cancelled: true, number: 'SC-1' }).order)).toBe('cancelled');
    // A zone that was misread, or a clock that is ahead, is the same for all that the source tells.
    for (const ahead of [14 * 60, 25 * 60]) {
      const early = applySnapshot(null, snapshotOf({ version: at(ahead) }), sourceOf(0)).order;
      expect(early.sourceVersion).toBe(at(ahead));
      expect(
        statusOf(applySnapshot(early, snapshotOf({ version: at(ahead + 5), cancelled: true }), sourceOf(5)).order),
      ).toBe('cancelled');
    }
  });

  it('lets nothing but a later version of the source lift a cancellation', () => {
    const cancelled = tell(tell(null, 1).order, 3, { cancelled: true }).order;
    expect(statusOf(cancelled)).toBe('cancelled');
    const undated = applySnapshot(cancelled, snapshotOf({ version: null }), sourceOf(9)).order;
    expect(statusOf(undated)).toBe('cancelled');
    expect(statusOf(tell(undated, 2).order)).toBe('cancelled');
    expect(statusOf(tell(undated, 3, { number: 'X' }).order)).toBe('cancelled');
    const lifted = tell(undated, 4);
    expect(statusOf(lifted.order)).toBe('open');
    expect(lifted.timeline).toMatchObject([{ type: 'order.updated', detail: { changed: ['cancelled', 'lines'] } }]);
  });

  it('believes a cancellation that its source does not date, and keeps what else stands', () => {
    const { order } = tell(null, 1);
    const seen = applySnapshot(order, snapshotOf({ version: null, cancelled: true, number: 'X' }), sourceOf(3));
    expect(seen).toMatchObject({ result: 'updated', order: { cancelled: true, number: 'SC-1001' } });
    expect(seen.timeline).toMatchObject([{ type: 'order.cancelled', detail: { cancelledAt: at(3) } }]);
    expect(ucpErrors(seen.order)).toEqual([]);
    expect(statusOf(tell(seen.order, 2).order)).toBe('cancelled');
    expect(statusOf(tell(seen.order, 4).order)).toBe('open');
  });

  it('goes on by the text of versions with what was stored before clocks were told apart', () => {
    const withoutClocks = (order: Order): Order =>
      JSON.parse(
        JSON.stringify(order, (name, value) => (name === 'clock' || name === 'cancelledLast' ? undefined : value)),
      );
    const stored = withoutClocks(tell(null, 3, { cancelled: true }).order);
    expect(applySnapshot(stored, snapshotOf({ version: null, cancelled: true }), sourceOf(4)).result).toBe('same');
    expect(statusOf(applySnapshot(stored, snapshotOf({ version: null }), sourceOf(9)).order)).toBe('cancelled');
    expect(statusOf(tell(stored, 4).order)).toBe('open');
    const open = withoutClocks(tell(null, 3).order);
    expect(applySnapshot(open, snapshotOf({ version: null, number: 'X' }), sourceOf(9)).order.number).toBe('X');
  });

  it('lets newer words stand and says which members changed, not what is in them', () => {
    const shippingAddress = { street_address: 'Reforma 1', address_country: 'MX' };
    const { result, order, timeline } = tell(tell(null, 1).order, 2, { shippingAddress, lines: [MUGS] });
    expect(result).toBe('updated');
    expect(order).toMatchObject({ shippingAddress, snapshotEvent: 'evt_2', receivedAt: at(1) });
    expect(timeline).toMatchObject([
      { type: 'order.updated', detail: { changed: ['lines', 'shippingAddress', 'totals'] } },
    ]);
    expect(JSON.stringify(timeline)).not.toMatch(/Reforma|Ana|Torres|example\.com/);
  });

  it('does not let a late event turn the order back', () => {
    const now = tell(null, 9, { paidAt: at(8) }).order;
    const late = tell(now, 1, { paidAt: null, number: 'SC-OLD' });
    expect(late).toMatchObject({ result: 'older', timeline: [] });
    expect({ ...contentOf(late.order), history: null }).toEqual({ ...contentOf(now), history: null });
    expect(tell(late.order, 1, { paidAt: null, number: 'SC-OLD' }).order).toBe(late.order);
  });

  it('learns from a late event what only that one knows: a line that vanished, the quantity bought, the payment', () => {
    const now = tell(null, 9, { paidAt: null, lines: [{ ...MUGS, quantity: 1 }] }).order;
    const late = tell(now, 1);
    expect(late.result).toBe('updated');
    expect(late.order).toMatchObject({
      paidAt: '2026-11-20T08:15:00.000Z',
      sourceVersion: at(9),
      snapshotEvent: 'evt_9',
    });
    expect(quantitiesOf(late.order)).toEqual({
      li_1: { original: 2, total: 1, fulfilled: 0, status: 'processing' },
      li_2: { original: 1, total: 0, fulfilled: 0, status: 'removed' },
    });
    expect(contentOf(late.order)).toEqual(
      contentOf(tell(tell(null, 1).order, 9, { paidAt: null, lines: [{ ...MUGS, quantity: 1 }] }).order),
    );
  });

  it('learns from a late event what only that one knows of a parcel’s way', () => {
    const { order } = tell(tell(null, 1).order, 3);
    const event = { id: 'e1', type: 'in_transit', at: at(1) };
    const late = tell(order, 2, { events: [event] }).order;
    expect(late.shipmentEvents).toEqual([{ ...event, by: 'scopio-main' }]);
    const inside = { ...event, lineItems: [{ id: 'li_1', quantity: 1 }] };
    const more = tell(tell(late, 2, { events: [inside] }).order, 1, { events: [{ ...event, lineItems: [] }] });
    expect(more.order.shipmentEvents).toEqual([{ ...inside, by: 'scopio-main' }]);
  });

  it('keeps a line that vanished, and gives it back when it returns', () => {
    const without = tell(tell(null, 1).order, 2, { lines: [PLATE] }).order;
    expect(quantitiesOf(without)).toMatchObject({ li_1: { original: 2, total: 0, status: 'removed' } });
    expect(without.ucp.line_items.find(({ id }) => id === 'li_1')?.totals.map(({ amount }) => amount)).toEqual([0, 0]);
    expect(ucpErrors(without)).toEqual([]);
    const back = tell(without, 3, { lines: [PLATE, { ...MUGS, quantity: 4 }] }).order;
    expect(quantitiesOf(back)).toMatchObject({ li_1: { original: 2, total: 4, status: 'processing' } });
  });

  it('never forgets a payment, and tells of it once', () => {
    const unpaid = tell(null, 1, { paidAt: null });
    expect(unpaid.timeline.map(({ type }) => type)).toEqual(['order.received']);
    const paid = tell(unpaid.order, 2, { paidAt: at(2) });
    expect(paid.timeline).toMatchObject([{ type: 'order.paid', detail: { paidAt: at(2) } }]);
    const silent = tell(paid.order, 3, { paidAt: null, number: 'SC-1002' });
    expect(silent).toMatchObject({ order: { paidAt: at(2), number: 'SC-1002' } });
    expect(silent.timeline.map(({ type }) => type)).toEqual(['order.updated']);
  });

  it('settles two different words of one version the same way, whichever came first', () => {
    const one = { number: 'SC-ONE' };
    const two = { number: 'SC-TWO' };
    const forth = tell(tell(null, 1, one).order, 1, two);
    const back = tell(tell(null, 1, two).order, 1, one);
    expect(contentOf(forth.order)).toEqual(contentOf(back.order));
    expect([forth.result, back.result].sort()).toEqual(['older', 'updated']);
  });

  it('keeps parcels, events, corrections and deliveries through a newer snapshot', () => {
    const parcel = { carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(3) };
    const shipment = shipmentOf({ parcels: [parcel], events: [{ id: '77', type: 'in_transit', at: at(4) }] });
    const placed = [{ id: 'li_1', quantity: 2 }];
    const shipped = applyShipment(tell(null, 1).order, shipment, {
      connection: 'marketful-mx',
      placed,
    });
    const corrected = correctAddress(shipped.order, { postal_code: '44100' })?.order ?? shipped.order;
    const before = { ...corrected, deliveries: ['dlv_1'], routed: ['li_1'], revision: 3 };
    const { order } = tell(before, 6, { shippingAddress: { postal_code: '00000', address_country: 'MX' } });
    expect(order).toMatchObject({
      fulfillments: before.fulfillments,
      shipmentEvents: before.shipmentEvents,
      deliveries: ['dlv_1'],
      routed: ['li_1'],
      revision: 3,
      receivedAt: at(1),
      shippingAddress: { postal_code: '44100', address_country: 'MX' },
    });
    expect(quantitiesOf(order)).toMatchObject({ li_1: { fulfilled: 2, status: 'fulfilled' } });
  });

  it('refuses what no valid order can be made of, and names the field', () => {
    const refusal = (changes: Partial<OrderSnapshot>) => {
      try {
        return tell(null, 1, changes).result;
      } catch (error) {
        return error instanceof ContractError ? error.detail.field : error;
      }
    };
    expect(refusal({ currency: 'zł' })).toBe('currency');
    expect(refusal({ lines: [MUGS, MUGS] })).toBe('lines[1].id');
    expect(refusal({ lines: [{ ...MUGS, quantity: -1 }] })).toBe('lines[0].quantity');
    expect(refusal({ lines: [{ ...MUGS, unitPrice: 0.5 }] })).toBe('lines[0].unitPrice');
    expect(refusal({ amounts: { fulfillment: 0, tax: 0, discount: 0, total: Number.NaN } })).toBe('amounts.total');
  });
});

describe('a cancelled order', () => {
  it('has no units left and one cancellation, however often it is told', () => {
    const once = tell(tell(null, 1).order, 2, { cancelled: true });
    expect(once.timeline.map(({ type }) => type)).toEqual(['order.cancelled']);
    const twice = tell(once.order, 3, { cancelled: true });
    const elsewise = tell(twice.order, 4, { cancelled: true, number: 'SC-1001-C' });
    expect(elsewise.timeline.map(({ type }) => type)).toEqual(['order.updated']);
    for (const { order } of [once, twice, elsewise]) {
      expect(statusOf(order)).toBe('cancelled');
      expect(order.ucp.adjustments).toMatchObject([
        {
          type: 'cancellation',
          status: 'completed',
          occurred_at: at(2),
          line_items: [
            { id: 'li_1', quantity: -2 },
            { id: 'li_2', quantity: -1 },
          ],
        },
      ]);
      expect(order.ucp.adjustments).toEqual(once.order.ucp.adjustments);
      expect(quantitiesOf(order)).toMatchObject({ li_1: { original: 2, total: 0, fulfilled: 0, status: 'removed' } });
      expect(ucpErrors(order)).toEqual([]);
    }
  });

  it('keeps what was shipped, before or after the word came', () => {
    const parcel = {
      carrier: 'DHL',
      trackingNumber: 'JD01',
      shippedAt: at(1),
      lineItems: [{ id: 'li_1', quantity: 1 }],
    };
    const source = { connection: 'marketful-mx', placed: [], receivedAt: at(3) };
    const { order } = applyShipment(orderOf({ cancelled: true }), shipmentOf({ parcels: [parcel] }), source);
    expect(quantitiesOf(order)).toMatchObject({
      li_1: { original: 2, total: 1, fulfilled: 1, status: 'fulfilled' },
      li_2: { total: 0, status: 'removed' },
    });
    expect(order.ucp.adjustments[0]?.line_items).toEqual([
      { id: 'li_1', quantity: -1 },
      { id: 'li_2', quantity: -1 },
    ]);
    expect(statusOf(order)).toBe('fulfilled');
    expect(ucpErrors(order)).toEqual([]);
  });
});

it('keeps the times of the first look at a source that tells none, however often it looks', () => {
  const seen = (at: string) =>
    snapshotOf({
      ...{ placedAt: at, paidAt: at, timesAssumed: true, version: null },
      events: [{ id: 'undelivered', type: 'undeliverable', at }],
    });
  const look = (order: Order | null, at: string) =>
    applySnapshot(order, seen(at), { connection: 'scopio-main', event: `evt_${at}`, receivedAt: at });
  const first = look(null, '2026-11-20T08:00:00.000Z');
  const second = look(first.order, '2026-11-20T08:10:00.000Z');
  expect(second.result).toBe('same');
  expect(second.timeline).toEqual([]);
  expect(second.order.placedAt).toBe('2026-11-20T08:00:00.000Z');
  expect(second.order.paidAt).toBe('2026-11-20T08:00:00.000Z');
  expect(second.order.shipmentEvents).toMatchObject([{ at: '2026-11-20T08:00:00.000Z' }]);
  const third = '2026-11-20T08:20:00.000Z';
  const source = { connection: 'scopio-main', event: 'evt_3', receivedAt: third };
  const { order } = applySnapshot(second.order, { ...seen(third), version: third, note: 'Ring twice' }, source);
  expect(order).toMatchObject({ placedAt: first.order.placedAt, paidAt: first.order.placedAt });
});

it('keeps what a source said of times, whatever it leaves out later', () => {
  const assumed = { timesAssumed: true } as const;
  const known = tell(null, 2, { placedAt: at(0), paidAt: at(1) }).order;
  const later = tell(known, 4, { ...assumed, placedAt: at(4), paidAt: at(4), note: 'Ring twice' }).order;
  expect(later).toMatchObject({ placedAt: at(0), paidAt: at(1) });
});
