import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUGS, orderOf, PLATE, snapshotOf } from '#test/support/orders';
import { factsOf } from './facts.ts';
import type { OrderSnapshot } from './order.ts';

const facts = (changes: Partial<OrderSnapshot> = {}) => factsOf(orderOf(changes));

describe('factsOf', () => {
  it('has null for what the source does not tell', () => {
    expect(facts({ shippingMethod: null })).toMatchObject({
      ...{ billingAddress: null, note: null, market: null, shippingMethod: null, pickupPoint: null },
      ...{ payment: { method: null, state: 'paid' }, unread: [], assumed: [] },
    });
  });

  it('shows what the source tells as it tells it', () => {
    const told = {
      billingAddress: { company: 'Mugs S.A.', street_address: 'Reforma 1', address_country: 'MX' },
      note: 'Ring twice',
      market: { name: 'Zalando', reference: 'Z-1029' },
      payment: { method: 'invoice', state: 'on_account' as const },
      pickupPoint: { id: 'KRA010', name: null, address: null },
    };
    const shown = facts({ ...told, shippingMethod: 'InPost Paczkomat 24/7', shippingCode: 'inpost_locker' });
    expect(shown).toMatchObject(told);
    expect(shown.shippingMethod).toEqual({ code: 'inpost_locker', name: 'InPost Paczkomat 24/7' });
  });

  it('shows both prices of a unit by the rate, and the tax that prices include', () => {
    const [mugs] = facts({ lines: [{ ...MUGS, taxRate: 23 }] }).lines;
    expect(mugs).toMatchObject({
      unitPrice: { gross: 6000, net: 4878 },
      tax: { rate: 23, amount: 2244 },
      ...{ quantity: 2, cancelled: 0, discount: 0, total: 12000 },
    });
  });

  it('adds the tax where prices do not include it', () => {
    const net = facts({
      taxIncluded: false,
      lines: [{ ...MUGS, tax: 2760, taxRate: 23 }],
      amounts: { fulfillment: 0, tax: 2760, discount: 0, total: 14760 },
    });
    expect(net.lines[0]?.unitPrice).toEqual({ gross: 7380, net: 6000 });
    expect(net.amounts).toEqual({
      ...{ currency: 'PLN', goods: 12000, shipping: 0, discount: 0, tax: 2760, other: 0, total: 14760 },
    });
  });

  it('keeps a price of the other side that the source tells, and guesses none', () => {
    const [told, silent] = facts({ lines: [{ ...MUGS, otherUnitPrice: 4900 }, PLATE] }).lines;
    expect([told?.unitPrice, silent?.unitPrice]).toEqual([
      { gross: 6000, net: 4900 },
      { gross: 3000, net: null },
    ]);
    const odd = facts({ lines: [{ ...MUGS, tax: 99_999 }] });
    expect(odd.lines[0]?.unitPrice.net).toBeNull();
    expect(silent?.tax).toEqual({ rate: null, amount: null });
  });

  it('sums discounts of lines and of the order', () => {
    const { amounts } = facts({
      lines: [{ ...MUGS, total: 11000 }, PLATE],
      amounts: { fulfillment: 2000, tax: 0, discount: 500, total: 15500 },
      discounts: [{ title: 'AUTUMN', amount: 500 }],
    });
    expect(amounts).toMatchObject({ goods: 15000, discount: 1500, shipping: 2000, other: 0, total: 15500 });
  });

  it('tells no tax of an order that costs nothing', () => {
    const lines = [{ ...MUGS, tax: 2760, taxRate: 23 }];
    const amounts = { fulfillment: 0, tax: 0, discount: 12000, total: 0 };
    for (const tax of [0, 2760])
      expect(facts({ lines, amounts: { ...amounts, tax } }).amounts).toMatchObject({ tax: 0, total: 0 });
    expect(facts({ lines, amounts: { ...amounts, discount: 0, total: 12000 } }).amounts.tax).toBe(2760);
    // A voucher of all goods leaves the shipping to be paid.
    for (const taxIncluded of [true, false]) {
      const shipped = facts({ lines, taxIncluded, amounts: { ...amounts, fulfillment: 4900, total: 4900 } });
      expect(shipped.amounts).toMatchObject({ tax: 0, other: 0, total: 4900 });
    }
    const onTop = { lines, taxIncluded: false, amounts: { ...amounts, tax: 2760, discount: 14760 } };
    expect(facts(onTop).amounts).toMatchObject({ tax: 2760, other: 0, total: 0 });
  });

  it('counts a reduced and a cancelled line', () => {
    expect(facts({ cancelled: true }).lines.map(({ quantity, cancelled }) => [quantity, cancelled])).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it('sums exactly, whatever the source says', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 });
    const line = fc.record({
      unitPrice: amount,
      quantity: fc.integer({ min: 0, max: 9 }),
      taxRate: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
      total: fc.option(amount, { nil: undefined }),
    });
    const told = fc.record({ fulfillment: amount, tax: amount, discount: amount, total: amount });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), told, fc.boolean(), (lines, amounts, taxIncluded) => {
        const made = lines.map(({ total, taxRate, ...each }, index) => ({
          ...{ ...MUGS, ...each, id: `li_${index}` },
          ...(total !== undefined && { total }),
          ...(taxRate !== undefined && { taxRate }),
        }));
        const shown = factsOf(orderOf(snapshotOf({ lines: made, amounts, taxIncluded })));
        const { goods, discount, shipping, tax, other, total } = shown.amounts;
        expect(goods - discount + shipping + other + (taxIncluded ? 0 : tax)).toBe(total);
        expect(total).toBe(amounts.total);
        for (const { unitPrice, tax } of shown.lines) {
          if (unitPrice.gross !== null && unitPrice.net !== null)
            expect(unitPrice.net).toBeLessThanOrEqual(unitPrice.gross);
          expect(tax.amount ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
