import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';
import { eventOf, post, scopioOrder } from './support/webhook.ts';

const PLACE = 'POST /shopi_orders/multicanal_api';
const ABROAD = { shipping_address: { address_country: 'PL', email: 'jan@example.com' } };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

/** Sells on Scopio, which sends its webhook. */
function sell(id: string): string {
  stage.scopio.place({ id });
  return id;
}

const received = (ids: readonly string[]) =>
  eventually(async () => (await Promise.all(ids.map(stage.findOrder))).every(Boolean), `orders ${ids}`);

/** Waits until this many of an order's events are on record, whatever their outcome. */
const recorded = (id: string, count: number) =>
  eventually(async () => {
    const events = await stage.events('limit=200');
    return events.filter(({ order }) => order === `${SHOP}:${id}`).length === count;
  }, `${count} events of ${id}`);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe.concurrent('3: an older snapshot never overwrites a newer one; parcels are only added', () => {
  const versions = [1, 2, 3].map((quantity) => ({
    updated_at: `2026-11-20T10:0${quantity}:00+01:00`,
    items: [{ id: 'li_1', sku: 'MUG-RED', title: `Mug v${quantity}`, quantity, gross_price: '10.00' }],
    total_gross: `${quantity * 10}.00`,
    shipping: { gross_price: '0' },
    total_net: undefined,
  }));

  test('a late event regressed the state: every permutation of three versions, one of them twice, ends in the newest', async () => {
    const orders = permutations(versions).map((order, index) => ({ id: `three-${index}`, order }));
    for (const { id, order } of orders)
      for (const version of [...order, order[0]])
        expect((await post(stage, eventOf(scopioOrder(id, { ...ABROAD, ...version })))).status).toBe(200);
    await Promise.all(orders.map(({ id }) => recorded(id, 4)));
    for (const { id } of orders) {
      const { ucp } = await stage.order(id);
      expect(ucp.line_items).toMatchObject([{ item: { title: 'Mug v3' }, quantity: { original: 1, total: 3 } }]);
      expect(ucp.totals).toContainEqual(expect.objectContaining({ type: 'total', amount: 3000 }));
    }
  });

  test('tracking erased: parcels told in any order, and between snapshots, are all kept and each is reported', async () => {
    const id = sell('three-parcels');
    await stage.settled(id, 'order', 'succeeded');
    const ship = (trackingNumber: string) => stage.marketful.ship(`${SHOP}:${id}`, { carrier: 'DHL', trackingNumber });
    const parcels = async () => (await stage.order(id)).fulfillments.map(({ trackingNumber }) => trackingNumber).sort();
    stage.marketful.faults.add({ on: 'webhook', kind: 'reorder', times: 2, delayMs: 600 });
    ship('JD-B');
    ship('JD-A');
    await eventually(async () => (await parcels()).length === 2, 'two parcels');
    const older = { ...(await stage.shown(id)), updated_at: '2026-01-01T00:00:00Z', status: 'paid' };
    await post(stage, eventOf(older));
    ship('JD-C');
    await eventually(async () => (await parcels()).length === 3, 'three parcels');
    expect(await parcels()).toEqual(['JD-A', 'JD-B', 'JD-C']);
    await eventually(() => stage.fulfillments(id) === 3, 'three reports');
  });
});

describe.concurrent('4: one worker at a time; an unknown outcome is probed before a second push', () => {
  test.each([
    ['accept-then-reset', { kind: 'accept-then-reset' }, ['unknown', 'succeeded']],
    ['hang-after-work', { kind: 'hang', afterWork: true }, ['unknown', 'succeeded']],
    // An unreadable answer is checked by a read at once, within the attempt.
    ['garbage-after-work', { kind: 'garbage', afterWork: true }, ['succeeded']],
  ])(
    'shipped twice after a timeout that had succeeded: a placement with %s is found by the probe and not placed again',
    async (name, fault, outcomes) => {
      const id = `four-${name}`;
      stage.marketful.faults.add({ on: PLACE, contains: `${SHOP}:${id}`, ...fault });
      sell(id);
      const { attempts } = await stage.settled(id, 'order', 'succeeded');
      expect(attempts.map(({ outcome }) => outcome)).toEqual(outcomes);
      expect(stage.placements(id)).toBe(1);
      const calls = stage.marketful
        .received()
        .placements.filter(
          ({ number, status }) =>
            number === stage.scopio.orders().find((order) => order.id === id)?.number && status > 0,
        );
      expect(calls).toHaveLength(1);
      const { timeline } = await stage.order(id);
      const isProbed = outcomes.length > 1;
      expect(timeline.find(({ type }) => type === 'order.placed')?.detail?.probed ?? false).toBe(isProbed);
    },
  );

  test.each([
    ['reset', { kind: 'accept-then-reset' }],
    ['hang', { kind: 'hang', afterWork: true }],
  ])(
    'shipped twice after a timeout that had succeeded: a fulfillment with %s after the work is found by the probe and not reported again',
    async (name, fault) => {
      const id = `four-fulfill-${name}`;
      stage.scopio.faults.add({ on: `POST /api/seller/orders/${id}/fulfill`, ...fault });
      sell(id);
      await stage.settled(id, 'order', 'succeeded');
      stage.marketful.ship(`${SHOP}:${id}`, { carrier: 'DHL' });
      const { attempts } = await stage.settled(id, 'fulfillment', 'succeeded');
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'succeeded']);
      expect(stage.fulfillments(id)).toBe(1);
    },
  );

  test('a placement that never arrived is pushed again once the probe has not found it', async () => {
    const id = 'four-lost';
    stage.marketful.faults.add({ on: PLACE, contains: `${SHOP}:${id}`, kind: 'reset' });
    sell(id);
    const { attempts } = await stage.settled(id, 'order', 'succeeded');
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'succeeded']);
    expect(stage.placements(id)).toBe(1);
  });
});

describe.concurrent('7: attempts at 0, 1, 2, 3 intervals, and never a fifth', () => {
  test('retried for ever every 30 s: four attempts, dead, and a replay makes four more that go on counting', async () => {
    const id = 'seven-always';
    stage.marketful.faults.add({ on: PLACE, contains: `${SHOP}:${id}`, kind: 'status', status: 503, times: 'always' });
    sell(id);
    const dead = await stage.settled(id, 'order', 'dead');
    expect(dead.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(dead).toMatchObject({ cause: { code: 'http_503' }, nextAttemptAt: null });
    const starts = dead.attempts.map(({ startedAt }) => Date.parse(startedAt));
    for (const [index, start] of starts.slice(1).entries()) {
      const waited = start - (starts[index] ?? 0);
      expect(waited).toBeGreaterThanOrEqual(1000);
      expect(waited).toBeLessThan(60_000);
    }
    expect((await stage.hub.send('POST', `/deliveries/${dead.id}/replay`, { reason: 'try again' })).status).toBe(202);
    await eventually(
      async () => (await stage.delivery(id, 'order')).attempts.length === 8 && stage.settled(id, 'order', 'dead'),
      'eight attempts',
    );
    const again = await stage.delivery(id, 'order');
    expect(again.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await stage.order(id)).timeline.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['delivery.dead', 'delivery.replayed']),
    );
  });

  test('a refusal that cannot heal is dead after one attempt, with the reason', async () => {
    const id = 'seven-refused';
    const refusal = { status: 422, body: { message: 'colonia desconocida' } };
    stage.marketful.faults.add({ on: PLACE, contains: `${SHOP}:${id}`, kind: 'status', times: 'always', ...refusal });
    sell(id);
    const { attempts, cause } = await stage.settled(id, 'order', 'dead');
    expect(attempts).toHaveLength(1);
    expect(cause).toEqual({ code: 'http_422', description: 'colonia desconocida' });
  });
});

describe.concurrent('8: money is integer minor units with its currency; splits sum exactly', () => {
  test.each([
    // 19.99 × 100 and 0.29 × 100 are not whole numbers in floating point.
    ['PLN', '19.99', '0.29', '60.26', [1999, 29, 6026]],
    ['JPY', '1333', '1', '4000', [1333, 1, 4000]],
    ['KWD', '1.333', '0.001', '4.000', [1333, 1, 4000]],
  ])('%s: three at %s and shipping of %s', async (currency, price, shipping, total, [unit, ship, sum]) => {
    const id = `eight-${currency}`;
    const items = [{ id: 'li_1', sku: 'A', title: 'A', quantity: 3, gross_price: price }];
    const order = {
      ...ABROAD,
      currency,
      items,
      shipping: { gross_price: shipping },
      total_gross: total,
      total_net: null,
    };
    await post(stage, eventOf(scopioOrder(id, order)));
    await received([id]);
    const { ucp } = await stage.order(id);
    expect(ucp.currency).toBe(currency);
    expect(ucp.line_items[0]?.item.price).toBe(unit);
    const amounts = new Map(ucp.totals.map(({ type, amount }) => [type, amount]));
    expect(amounts.get('fulfillment')).toBe(ship);
    expect(amounts.get('total')).toBe(sum);
    const parts = ucp.totals.filter(({ type }) => type !== 'total').reduce((all, { amount }) => all + amount, 0);
    expect(parts).toBe(sum);
    for (const { amount } of [...ucp.totals, ...ucp.line_items.flatMap(({ totals }) => totals)])
      expect(Number.isSafeInteger(amount)).toBe(true);
  });
});

describe.concurrent('9: times are instants in UTC, whatever zone they were written in', () => {
  test.each([
    ['2026-11-20T09:15:00+05:30', '2026-11-20T03:45:00.000Z'],
    ['2026-10-25T02:30:00+02:00', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T02:30:00+01:00', '2026-10-25T01:30:00.000Z'],
    ['2026-03-29T03:00:00+02:00', '2026-03-29T01:00:00.000Z'],
  ])('time zones: %s is %s', async (written, instant) => {
    const id = `nine-${Date.parse(written)}`;
    await post(stage, eventOf(scopioOrder(id, { ...ABROAD, created_at: written, paid_at: written })));
    await received([id]);
    expect(await stage.order(id)).toMatchObject({ placedAt: instant, paidAt: instant });
    const { timeline } = await stage.order(id);
    for (const { at } of timeline) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('time zones: an older version in another zone is still the older one', async () => {
    const id = 'nine-order';
    const version = (updated_at: string, title: string) =>
      eventOf(
        scopioOrder(id, {
          ...ABROAD,
          updated_at,
          items: [{ id: 'li_1', sku: 'A', title, quantity: 1, gross_price: '1' }],
          shipping: null,
          total_gross: '1',
          total_net: null,
        }),
      );
    // Later by its digits, but earlier in time.
    await post(stage, version('2026-11-20T10:00:00+01:00', 'newer'));
    await post(stage, version('2026-11-20T17:00:00+09:00', 'older'));
    await recorded(id, 2);
    expect((await stage.order(id)).ucp.line_items[0]?.item.title).toBe('newer');
  });
});
