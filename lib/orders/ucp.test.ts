import { describe, expect, it } from 'vitest';
import { at, MUGS, orderOf, PLATE, shipmentOf, snapshotOf, sourceOf, ucpErrors } from '#test/support/orders';
import { correctAddress } from './by-hand.ts';
import { withExpectations } from './derive.ts';
import { factsOf } from './facts.ts';
import type { Order, OrderSnapshot } from './order.ts';
import { applyReturns, readReturn } from './returns.ts';
import { applyShipment } from './shipment.ts';
import { applySnapshot } from './snapshot.ts';
import { statusOf } from './status.ts';
import { trackingPage } from './tracking-page.ts';
import { lineTotals } from './ucp-totals.ts';

const ucpOf = (changes: Partial<OrderSnapshot> = {}) => orderOf(changes).ucp;
const totalsOf = (changes: Partial<OrderSnapshot>) =>
  ucpOf(changes).totals.map(({ type, amount }): [string, number] => [type, amount]);
const amounts = (changes: Partial<OrderSnapshot['amounts']>) => ({ ...snapshotOf().amounts, ...changes });

describe('the UCP order', () => {
  it('says what was bought, and where it goes', () => {
    expect(ucpOf()).toMatchObject({
      ucp: { version: '2026-04-08', capabilities: { 'dev.ucp.shopping.order': [{ version: '2026-04-08' }] } },
      id: 'scopio-main:ord_8f3a',
      label: 'SC-1001',
      currency: 'PLN',
      line_items: [
        {
          id: 'li_1',
          item: { id: 'MUG-RED', title: 'Red mug', price: 6000, ean: '5901234123457' },
          quantity: { original: 2, total: 2, fulfilled: 0 },
          status: 'processing',
        },
        { id: 'li_2', item: { id: 'PLATE', title: 'Plate', price: 3000 } },
      ],
      fulfillment: {
        expectations: [
          {
            line_items: [
              { id: 'li_1', quantity: 2 },
              { id: 'li_2', quantity: 1 },
            ],
            method_type: 'shipping',
          },
        ],
        events: [],
      },
      adjustments: [],
    });
    expect(ucpOf().fulfillment.expectations[0]?.destination).toEqual({
      first_name: 'Ana',
      last_name: 'Torres',
      street_address: 'Av. Vallarta 1234',
      address_locality: 'Guadalajara',
      postal_code: '44160',
      address_country: 'MX',
    });
  });

  it("makes up the same ids and links every time, and keeps the source's own", () => {
    const made = ucpOf();
    expect(made.checkout_id).toMatch(/^checkout_[0-9a-f]{20}$/);
    expect(made.permalink_url).toBe('https://orders.longshore.invalid/scopio-main%3Aord_8f3a');
    expect(ucpOf({ number: 'other' })).toMatchObject({
      checkout_id: made.checkout_id,
      permalink_url: made.permalink_url,
    });
    const own = { checkoutId: 'chk_1', permalinkUrl: 'https://shop.example/o/1' };
    expect(ucpOf(own)).toMatchObject({ checkout_id: 'chk_1', permalink_url: 'https://shop.example/o/1' });
    expect(ucpOf({ permalinkUrl: 'see your account' }).permalink_url).toBe(made.permalink_url);
    expect(ucpErrors(orderOf({ externalId: 'ord/8 ü%\ud800' }))).toEqual([]);
  });

  it('has no member without a value', () => {
    const order = orderOf({ shippingMethod: null, shippingAddress: {}, lines: [PLATE] });
    expect(JSON.parse(JSON.stringify(order.ucp))).toStrictEqual(order.ucp);
    expect(ucpErrors(order)).toEqual([]);
  });

  it('sums to the total: shipping, tax only beside net prices, a discount as a reduction', () => {
    expect(totalsOf({})).toEqual([
      ['subtotal', 15000],
      ['fulfillment', 2000],
      ['total', 17000],
    ]);
    expect(totalsOf({ taxIncluded: false, amounts: amounts({ tax: 300, discount: 500, total: 16800 }) })).toEqual([
      ['subtotal', 15000],
      ['discount', -500],
      ['fulfillment', 2000],
      ['tax', 300],
      ['total', 16800],
    ]);
    expect(totalsOf({ amounts: amounts({ discount: -500, total: 16500 }) })).toContainEqual(['discount', -500]);
  });

  it("keeps the source's total and names the difference", () => {
    const order = orderOf({ amounts: amounts({ total: 17001 }) });
    expect(order.ucp.totals).toContainEqual({
      type: 'adjustment',
      display_text: 'Difference to the total of the sales channel',
      amount: 1,
    });
    expect(ucpErrors(order)).toEqual([]);
  });

  it('shows what the source takes off or adds to a line', () => {
    const lines = [{ ...MUGS, total: 11000 }, PLATE];
    expect(totalsOf({ lines, amounts: amounts({ total: 16000 }) })).toEqual([
      ['subtotal', 15000],
      ['items_discount', -1000],
      ['fulfillment', 2000],
      ['total', 16000],
    ]);
    expect(lineTotals({ ...MUGS, total: 11000 }).map(({ amount }) => amount)).toEqual([12000, -1000, 11000]);
    expect(lineTotals({ ...MUGS, total: 12001 }).map(({ type }) => type)).toEqual(['subtotal', 'adjustment', 'total']);
    expect(ucpErrors(orderOf({ lines: [{ ...MUGS, total: 12001 }], amounts: amounts({ total: 14001 }) }))).toEqual([]);
  });

  it('is open without lines, and cancelled when every line was taken off', () => {
    expect(statusOf(orderOf({ lines: [] }))).toBe('open');
    expect(statusOf(orderOf({ lines: [], cancelled: true }))).toBe('cancelled');
    expect(statusOf(orderOf({ lines: [{ ...MUGS, quantity: 0 }] }))).toBe('cancelled');
  });

  it('names the discounts that the source names, and the tax that prices include as a part of the total', () => {
    const order = orderOf({
      amounts: amounts({ discount: 700, total: 16300 }),
      discounts: [{ title: 'AUTUMN', amount: 500 }],
    });
    expect(order.ucp.totals.filter(({ type }) => type === 'discount')).toEqual([
      { type: 'discount', display_text: 'AUTUMN', amount: -500 },
      { type: 'discount', display_text: 'Discount', amount: -200 },
    ]);
    expect(order.ucp.totals.at(-1)?.lines).toEqual([
      { display_text: 'Net', amount: 13121 },
      { display_text: 'Tax included', amount: 3179 },
    ]);
    expect(ucpErrors(order)).toEqual([]);
    const free = orderOf({ amounts: amounts({ discount: 17000, total: 0 }) });
    expect(free.ucp.totals.at(-1)).toEqual({ type: 'total', amount: 0 });
    // A gift card paid most of it: there is no net of the rest that would be less than 0.
    const paid = orderOf({ amounts: amounts({ discount: 16000, total: 1000 }) });
    expect(paid.ucp.totals.at(-1)).toEqual({ type: 'total', amount: 1000 });
  });

  it('names what else the source charges by the name that it has there', () => {
    const fees = [{ type: 'fee', title: 'Gift wrap', amount: 300 }];
    const order = orderOf({ amounts: amounts({ total: 17300 }), fees });
    expect(order.ucp.totals).toContainEqual({ type: 'fee', display_text: 'Gift wrap', amount: 300 });
    expect(order.ucp.totals.map(({ type }) => type)).not.toContain('adjustment');
    expect(ucpErrors(order)).toEqual([]);
  });

  it('expects at a point of collection, by a date, and in the groups that the source tells', () => {
    const collected = ucpOf({
      pickupPoint: { id: 'KRA010', name: null, address: null },
      shipBy: '2026-11-22T18:00:00.000Z',
    });
    expect(collected.fulfillment.expectations).toMatchObject([
      { method_type: 'pickup', fulfillable_on: '2026-11-22T18:00:00.000Z', description: 'dhl' },
    ]);
    const digital = { methodType: 'digital' as const, destination: {}, lineItems: [{ id: 'li_2', quantity: 1 }] };
    const split = orderOf({ expectations: [{ ...digital, fulfillableOn: 'now' }] });
    expect(split.ucp.fulfillment.expectations).toMatchObject([
      { id: 'exp_1', method_type: 'digital', line_items: [{ id: 'li_2', quantity: 1 }], fulfillable_on: 'now' },
      { method_type: 'shipping', line_items: [{ id: 'li_1', quantity: 2 }] },
    ]);
    expect(ucpErrors(split)).toEqual([]);
    // A later expectation keeps its id when all of an earlier one is removed.
    const mugs = { ...digital, lineItems: [{ id: 'li_1', quantity: 2 }] };
    const less = orderOf({ expectations: [{ ...digital, fulfillableOn: 'now' }, mugs], lines: [MUGS] });
    expect(less.ucp.fulfillment.expectations.map(({ id }) => id)).toEqual(['exp_2']);
    const ids = (first: string, second: string) =>
      orderOf({
        expectations: [
          { ...digital, id: first },
          { ...mugs, id: second },
        ],
      }).ucp.fulfillment.expectations.map(({ id }) => id);
    expect(ids('e_7', 'e_9')).toEqual(['e_7', 'e_9']);
    expect(ids('e_7', 'e_7')).toEqual(['exp_1', 'exp_2']);
  });

  it('keeps the id of what is expected of a shipper, whoever else has a share', () => {
    const own = [{ id: 'li_2', quantity: 1 }];
    const mugs = { delivery: 'dlv_1', connection: 'shed', lineItems: [{ id: 'li_1', quantity: 2 }] };
    const idOf = (line: string, order: Order) =>
      withExpectations(order).ucp.fulfillment.expectations.find((each) => each.line_items.some(({ id }) => id === line))
        ?.id;
    const both = { ...orderOf(), placements: [mugs], own };
    expect(idOf('li_2', both)).not.toBe(idOf('li_1', both));
    expect(idOf('li_2', { ...both, placements: [] })).toBe(idOf('li_2', both));
    expect(idOf('li_2', both)).not.toContain('erp');
  });

  it('expects each parcel where it goes, and by a correction only what goes to the shipping address', () => {
    const { shippingAddress } = orderOf();
    const to = (destination: object, id: string) => ({
      ...{ methodType: 'shipping' as const, destination, lineItems: [{ id, quantity: 1 }] },
    });
    const elsewhere = { ...shippingAddress, street_address: 'Otra 9', first_name: 'Luz' };
    const other = { ...shippingAddress, phone_number: '+523300000000' };
    const sold = orderOf({ expectations: [to(other, 'li_1'), to(elsewhere, 'li_2')] });
    expect(sold.ucp.fulfillment.expectations[0]?.destination.phone_number).toBe(other.phone_number);
    const order = correctAddress(sold, { street_address: 'Calle 10 no. 5' })?.order;
    expect(order?.ucp.fulfillment.expectations.map(({ destination }) => destination)).toMatchObject([
      { street_address: 'Calle 10 no. 5', first_name: 'Ana' },
      { street_address: 'Otra 9', first_name: 'Luz' },
      {},
    ]);
  });

  it('shows images and what belongs to what', () => {
    const lines = [
      { ...MUGS, imageUrl: 'https://shop.example/mug.jpg' },
      { ...PLATE, parentId: 'li_1' },
    ];
    const order = orderOf({ lines });
    expect(order.ucp.line_items).toMatchObject([
      { item: { image_url: 'https://shop.example/mug.jpg' } },
      { parent_id: 'li_1' },
    ]);
    expect(ucpErrors(order)).toEqual([]);
  });

  it('shows events of a UCP source, with what they name, and a parcel that repeats one of ours once', () => {
    const event = { id: 'e1', type: 'shipped', at: at(9), trackingNumber: 'JD01', carrier: 'dhl' };
    const sent = { ...event, lineItems: [{ id: 'li_1', quantity: 2 }], trackingUrl: 'https://dhl.example/JD01' };
    const order = orderOf({ events: [sent, { ...sent, id: 'e2', type: 'delivered', at: at(12) }] });
    expect(order.ucp.fulfillment.events).toMatchObject([
      { type: 'shipped', line_items: sent.lineItems, tracking_url: sent.trackingUrl },
      { type: 'delivered', line_items: sent.lineItems, tracking_number: 'JD01' },
    ]);
    const parcel = { carrier: 'dhl', trackingNumber: 'JD01', shippedAt: at(9) };
    const ours = applyShipment(order, shipmentOf({ parcels: [parcel] }), {
      ...{ connection: 'marketful-mx', placed: [{ id: 'li_1', quantity: 1 }] },
    }).order;
    expect(ours.ucp.fulfillment.events.map(({ type, line_items }) => [type, line_items])).toEqual([
      ['shipped', [{ id: 'li_1', quantity: 1 }]],
      ['delivered', [{ id: 'li_1', quantity: 1 }]],
    ]);
    for (const each of [order, ours]) expect(ucpErrors(each)).toEqual([]);
    // The page is known by the parcel's carrier code.
    const worded = orderOf({ events: [{ ...event, id: 'e3', type: 'delivered', carrier: 'DHL Express' }] });
    const found = applyShipment(worded, shipmentOf({ parcels: [parcel] }), { connection: 'm', placed: [] }).order;
    expect(found.ucp.fulfillment.events.at(-1)?.tracking_url).toBe(trackingPage('dhl', 'JD01'));
  });

  it.each([
    ['DHL', 'JD 1/2', 'https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD%201%2F2'],
    ['pigeon', 'P1', undefined],
    ['dhl', '', undefined],
    ['constructor', 'P1', undefined],
  ])('knows where %s shows a parcel', (carrier, number, page) => expect(trackingPage(carrier, number)).toBe(page));
});

describe('its adjustments', () => {
  const later = (changes: Partial<OrderSnapshot>, minute: number, order = orderOf()) =>
    applySnapshot(order, snapshotOf({ version: at(minute), ...changes }), sourceOf(minute)).order;
  const one = later({ lines: [{ ...MUGS, quantity: 1 }, PLATE] }, 20);

  it('tell of units that are no longer wanted, once, when it was first said, and what they cost', () => {
    const [adjustment] = one.ucp.adjustments;
    expect(one.ucp.adjustments).toHaveLength(1);
    expect(adjustment).toMatchObject({ type: 'cancellation', occurred_at: at(20), status: 'completed' });
    expect(adjustment).toMatchObject({
      line_items: [{ id: 'li_1', quantity: -1 }],
      totals: [{ type: 'total', amount: -6000 }],
    });
    const again = later({ lines: [{ ...MUGS, quantity: 1 }, PLATE], number: 'SC-2' }, 30, one);
    expect(again.ucp.adjustments).toEqual([adjustment]);
    const { line_items: _, totals: __, ...withdrawn } = adjustment ?? {};
    const restored = later({ lines: [MUGS, PLATE] }, 40, again);
    expect(restored.ucp.adjustments).toEqual([{ ...withdrawn, status: 'failed' }]);
    for (const order of [again, restored]) expect(ucpErrors(order)).toEqual([]);
  });

  it('stay, whatever quantities follow, and add up to those of now', () => {
    const five = orderOf({ lines: [{ ...MUGS, quantity: 5 }] });
    const shown = (quantities: number[]) =>
      quantities
        .reduce((order, quantity, minute) => later({ lines: [{ ...MUGS, quantity }] }, minute + 1, order), five)
        .ucp.adjustments.map(({ occurred_at, line_items }) => [occurred_at, line_items?.[0]?.quantity]);
    expect(shown([3, 2, 1])).toEqual([
      [at(1), -2],
      [at(2), -1],
      [at(3), -1],
    ]);
    expect(shown([1, 3])).toEqual([
      [at(1), undefined],
      [at(2), -2],
    ]);
    expect(shown([3, 1, 4, 1])).toEqual([
      [at(1), -2],
      [at(2), -2],
      [at(3), undefined],
    ]);
    expect(shown([7, 5])).toEqual([[at(1), undefined]]);
    expect(shown([7, 9, 2])).toEqual([
      [at(1), undefined],
      [at(2), undefined],
      [at(3), -3],
    ]);
    expect(shown([7, 9])).toEqual([
      [at(1), 2],
      [at(2), 2],
    ]);
    const more = later({ lines: [{ ...MUGS, quantity: 3 }, PLATE] }, 1);
    expect(more.ucp.adjustments).toMatchObject([
      { type: 'addition', line_items: [{ id: 'li_1', quantity: 1 }], totals: [{ type: 'total', amount: 6000 }] },
    ]);
    const none = later({ lines: [{ ...MUGS, quantity: 3 }, PLATE], cancelled: true }, 2, more);
    expect(none.ucp.adjustments.map(({ totals }) => totals?.[0]?.amount)).toEqual([6000, -21000]);
    expect(ucpErrors(none)).toEqual([]);
    const gone = later({ cancelled: true }, 1);
    expect(later({}, 2, gone).ucp.adjustments).toEqual([
      { id: gone.ucp.adjustments[0]?.id, type: 'cancellation', occurred_at: at(1), status: 'failed' },
    ]);
  });

  it('tell of a line that was cancelled by itself, of what has not left, and add up with those of the whole order', () => {
    const off = { ...MUGS, cancelled: true as const };
    const stopped = later({ lines: [off, PLATE] }, 20);
    expect(stopped.ucp.adjustments).toMatchObject([
      {
        type: 'cancellation',
        occurred_at: at(20),
        line_items: [{ id: 'li_1', quantity: -2 }],
        totals: [{ amount: -12000 }],
      },
    ]);
    const [{ line_items: _, totals: __, ...withdrawn } = {}] = stopped.ucp.adjustments;
    expect(later({}, 30, stopped).ucp.adjustments).toEqual([{ ...withdrawn, status: 'failed' }]);
    const units = ({ ucp }: typeof stopped) =>
      ucp.adjustments.map(({ line_items = [] }) => line_items.map(({ id, quantity }) => [id, quantity]));
    expect(units(later({ lines: [{ ...off, fulfilled: 1 }, PLATE] }, 30, stopped))).toEqual([[['li_1', -1]]]);
    expect(units(later({ lines: [{ ...off, fulfilled: 2 }, PLATE] }, 30, stopped))).toEqual([[]]);
    expect(units(later({ lines: [off, PLATE], cancelled: true }, 30, stopped))).toEqual([
      [['li_1', -2]],
      [['li_2', -1]],
    ]);
    expect(units(later({ lines: [PLATE] }, 30, stopped))).toEqual([[['li_1', -2]]]);
    const more = later({ lines: [{ ...MUGS, quantity: 3 }, PLATE] }, 20);
    const sent = { ...off, quantity: 3, fulfilled: 2 };
    expect(units(later({ lines: [sent, PLATE] }, 30, more))).toEqual([[['li_1', 1]], [['li_1', -1]]]);
    expect(units(later({ lines: [{ ...off, quantity: 1 }, PLATE] }, 30, one))).toEqual([
      [['li_1', -1]],
      [['li_1', -1]],
    ]);
    const none = orderOf({ lines: [{ ...MUGS, quantity: 0 }, PLATE] });
    const some = later({ lines: [MUGS, PLATE] }, 20, later({ lines: [{ ...MUGS, quantity: 1 }, PLATE] }, 10, none));
    expect(units(some)).toEqual([[['li_1', 1]], [['li_1', 1]]]);
    expect(units(later({ lines: [off, PLATE] }, 30, some))).toEqual([[], []]);
    expect(units(later({ lines: [{ ...off, fulfilled: 1 }, PLATE] }, 30, some))).toEqual([[['li_1', 1]], []]);
  });

  it('are those of a UCP source, too, that follow from no quantity', () => {
    const refund = {
      ...{ id: 'a1', type: 'refund', at: at(5), status: 'completed' as const, description: 'Defective item' },
      ...{ lineItems: [{ id: 'li_1', quantity: -1 }], totals: [{ type: 'total', amount: -3000 }] },
    };
    const order = orderOf({ adjustments: [refund] });
    expect(order.ucp.adjustments).toEqual([
      {
        ...{ id: expect.any(String), type: 'refund', occurred_at: at(5), status: 'completed' },
        ...{ line_items: refund.lineItems, totals: refund.totals, description: 'Defective item' },
      },
    ]);
    const lessOf = (id: string, quantity: number, day: number, totals: number[] = []) => ({
      ...{ id, type: 'cancellation', status: 'completed' as const, at: `2026-11-1${day}T10:00:00.000Z` },
      ...{ lineItems: quantity === 0 ? [] : [{ id: 'li_1', quantity }], description: `Step ${day}` },
      totals: totals.map((amount) => ({ type: 'total', amount })),
    });
    const lines = [{ ...MUGS, quantity: 1, ordered: 2 }];
    const charged = orderOf({ lines: lines.map((line) => ({ ...line, total: 12000 })) }).ucp;
    expect(charged.line_items[0]?.totals.map(({ amount }) => amount)).toEqual([12000, 12000]);
    expect(factsOf(orderOf({ lines: lines.map((line) => ({ ...line, total: 12000 })) })).amounts.goods).toBe(12000);
    expect(charged.totals[0]).toEqual({ type: 'subtotal', amount: 12000 });
    const timesOf = (changes: Parameters<typeof orderOf>[0]) =>
      orderOf(changes).ucp.adjustments.map(({ occurred_at, line_items, totals, description }) => [
        ...[occurred_at.slice(8, 10), line_items?.[0]?.quantity, totals?.[0]?.amount, description],
      ]);
    const away = { lines, adjustments: [lessOf('a', -1, 1, [-5400])] };
    expect(timesOf(away)).toEqual([['11', -1, -5400, 'Step 1']]);
    // Amounts paid back are negative, which the schema forbids of a tax; amounts without a sign are none paid back.
    const [less] = away.adjustments;
    const broken = [
      { type: 'tax', amount: -400 },
      { type: 'total', amount: -5400 },
    ];
    for (const type of ['cancellation', 'refund']) {
      const signed = orderOf({
        lines,
        adjustments: [{ ...(less as ReturnType<typeof lessOf>), type, totals: broken }],
      });
      expect(ucpErrors(signed)).toEqual([]);
      expect(signed.ucp.adjustments[0]?.totals).toEqual([{ type: 'total', amount: -5400 }]);
    }
    expect(timesOf({ lines, adjustments: [lessOf('a', -1, 1, [5400])] })).toEqual([['11', -1, -6000, 'Step 1']]);
    expect(timesOf({ lines, adjustments: [lessOf('a', -2, 1)] })).toEqual([['20', -1, -6000, undefined]]);
    expect(timesOf({ cancelled: true, adjustments: [lessOf('a', 0, 3)] })).toEqual([['13', -2, -15000, 'Step 3']]);
    // Whether or not its source takes the units off the line.
    expect(timesOf({ adjustments: [lessOf('a', -1, 1, [-6000])] })).toEqual([['11', -1, -6000, 'Step 1']]);
    // Its quantities tell of the units: a cancellation of all of them does not cost them a second time.
    const none = [{ ...MUGS, quantity: 0, ordered: 2 }];
    expect(timesOf({ cancelled: true, lines: none, adjustments: [lessOf('a', 0, 3, [-12000])] })).toEqual([
      ...[
        ['13', undefined, undefined, 'Step 3'],
        ['13', -2, -12000, 'Step 3'],
      ],
    ]);
    // A cancellation of all of them that is told first leaves those of some units their words.
    const both = [lessOf('b', 0, 3), lessOf('a', -1, 1)];
    expect(timesOf({ cancelled: true, lines, adjustments: both })).toEqual([
      ...[
        ['11', -1, -6000, 'Step 1'],
        ['13', -1, -6000, 'Step 3'],
      ],
    ]);
    const pending = orderOf({ adjustments: [{ ...refund, type: 'return', status: 'pending' }] });
    const told = { id: 'a1', externalId: pending.externalId, at: at(6) };
    const { order: returned } = applyReturns(pending, [readReturn(pending, told, 'scopio-main', at(6))]);
    expect([pending, returned].map(({ ucp }) => ucp.adjustments.map(({ status }) => status))).toEqual([
      ['pending'],
      ['completed'],
    ]);
    expect(ucpErrors(order)).toEqual([]);
  });

  it('cost what units cost, whether the source leaves a line’s total as it was charged or not', () => {
    const before = orderOf({ lines: [{ ...MUGS, total: 12000 }, PLATE] });
    for (const total of [12000, 6000])
      expect(later({ lines: [{ ...MUGS, quantity: 1, total }, PLATE] }, 20, before).ucp.adjustments).toMatchObject([
        { line_items: [{ id: 'li_1', quantity: -1 }], totals: [{ amount: -6000 }] },
      ]);
  });

  it('tell of a line that vanished, and of the whole order', () => {
    expect(later({ lines: [MUGS] }, 20).ucp.adjustments).toMatchObject([
      { line_items: [{ id: 'li_2', quantity: -1 }], totals: [{ amount: -3000 }] },
    ]);
    const three = orderOf({ lines: [MUGS, { ...PLATE, quantity: 3 }] });
    expect(later({ lines: [MUGS] }, 30, later({}, 20, three)).ucp.adjustments).toMatchObject([
      { occurred_at: at(20), line_items: [{ id: 'li_2', quantity: -2 }] },
      { line_items: [{ id: 'li_2', quantity: -1 }] },
    ]);
    expect(later({ cancelled: true }, 20).ucp.adjustments).toMatchObject([
      { occurred_at: at(20), line_items: [{ quantity: -2 }, { quantity: -1 }], totals: [{ amount: -15000 }] },
    ]);
  });

  it('tell of what came back, and of what was paid back for it', () => {
    const back = { id: 'ret_1', by: 'erp', at: at(50), lineItems: [{ id: 'li_1', quantity: 1 }], reason: 'Broken' };
    const { order } = applyReturns(one, [{ ...back, refund: { amount: 3000 } }]);
    expect(order.ucp.adjustments.at(-1)).toEqual({
      ...{ id: 'adj_ret_1', type: 'return', occurred_at: at(50), status: 'completed', description: 'Broken' },
      ...{ line_items: [{ id: 'li_1', quantity: -1 }], totals: [{ type: 'total', amount: -3000 }] },
    });
    expect(ucpErrors(order)).toEqual([]);
  });
});
