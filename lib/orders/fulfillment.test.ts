import { describe, expect, it } from 'vitest';
import { RejectedError } from '#lib/platform/errors';
import { at, orderOf, ucpErrors } from '#test/support/orders';
import { applyFulfillment, type PostedFulfillment } from './fulfillment.ts';
import type { Order } from './order.ts';
import { statusOf } from './status.ts';

const post = (order: Order, changes: Partial<PostedFulfillment> = {}) =>
  applyFulfillment(order, { carrier: 'dhl', trackingNumber: 'JD01', ...changes }, at(30));

const ONE_MUG = [{ id: 'li_1', quantity: 1 }];

function refusal(order: Order, lineItems: PostedFulfillment['lineItems']) {
  try {
    return post(order, { lineItems }).fulfillment;
  } catch (error) {
    return error instanceof RejectedError ? [error.detail.code, error.detail.field] : error;
  }
}

describe('applyFulfillment', () => {
  it('holds everything that is left when the ERP names no lines', () => {
    const { order, fulfillment } = post(orderOf());
    expect(fulfillment).toMatchObject({
      by: 'erp',
      shippedAt: at(30),
      lineItems: [
        { id: 'li_1', quantity: 2 },
        { id: 'li_2', quantity: 1 },
      ],
    });
    expect(statusOf(order)).toBe('fulfilled');
    expect(ucpErrors(order)).toEqual([]);
  });

  it('holds what is the seller’s to ship when a shipper was asked for the rest', () => {
    const placements = [{ delivery: 'dlv_1', connection: 'shed', lineItems: [{ id: 'li_1', quantity: 2 }] }];
    const split = { ...orderOf(), placements, own: [{ id: 'li_2', quantity: 1 }] };
    const { order, fulfillment } = post(split);
    expect(fulfillment.lineItems).toEqual([{ id: 'li_2', quantity: 1 }]);
    expect(post(order).order).toBe(order);
    expect(() => post(order, { trackingNumber: 'JD02' })).toThrow(/nothing is left/);
    expect(post({ ...orderOf(), placements }).fulfillment.lineItems).toHaveLength(2);
  });

  it.each([
    ['with lines', { lineItems: ONE_MUG }, { lineItems: ONE_MUG }],
    ['without lines', {}, {}],
    ['in other letters', { carrier: 'dhl' }, { carrier: 'DHL', trackingNumber: ' JD01 ' }],
    ['first without its lines', {}, { lineItems: [...ONE_MUG, ...ONE_MUG, { id: 'li_2', quantity: 1 }] }],
    ['first with all its lines', { lineItems: [...ONE_MUG, ...ONE_MUG, { id: 'li_2', quantity: 1 }] }, {}],
  ])('is one parcel when it is posted twice, %s', (_name, first, second) => {
    const posted = post(orderOf(), first);
    const again = post(posted.order, { ...second, shippedAt: at(40) });
    expect(again.fulfillment).toBe(posted.fulfillment);
    expect(again.order).toBe(posted.order);
  });

  it('is another parcel with another tracking number, or other lines', () => {
    const first = post(orderOf(), { lineItems: ONE_MUG }).order;
    const second = post(first, { lineItems: ONE_MUG, trackingNumber: 'JD02' }).order;
    const third = post(second, { lineItems: [{ id: 'li_2', quantity: 1 }], trackingNumber: 'JD02' }).order;
    expect(new Set(third.fulfillments.map(({ id }) => id)).size).toBe(3);
    expect(statusOf(third)).toBe('fulfilled');
  });

  it('names the line that is unknown, too many or none at all', () => {
    const order = orderOf();
    expect(refusal(order, [...ONE_MUG, { id: 'li_9', quantity: 1 }])).toEqual(['unknown_line_item', 'lineItems[1].id']);
    expect(refusal(order, [{ id: 'li_1', quantity: 3 }])).toEqual(['quantity_exceeded', 'lineItems[0].quantity']);
    expect(refusal(order, [...ONE_MUG, ...ONE_MUG, ...ONE_MUG])).toEqual([
      'quantity_exceeded',
      'lineItems[2].quantity',
    ]);
    expect(refusal(order, [{ id: 'li_1', quantity: 0 }])).toEqual(['invalid_quantity', 'lineItems[0].quantity']);
    expect(refusal(order, [])).toEqual(['invalid_quantity', 'lineItems']);
  });

  it('refuses a parcel of a cancelled or shipped order', () => {
    expect(refusal(orderOf({ cancelled: true }), undefined)).toEqual(['quantity_exceeded', 'lineItems']);
    const shipped = post(orderOf(), { trackingNumber: 'JD02' }).order;
    expect(refusal(shipped, undefined)).toEqual(['quantity_exceeded', 'lineItems']);
    expect(refusal(shipped, ONE_MUG)).toEqual(['quantity_exceeded', 'lineItems[0].quantity']);
  });
});
