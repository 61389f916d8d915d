import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { drain, putOrder, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  vi.spyOn(console, 'info').mockImplementation(() => undefined);
  api = await startApi();
});
afterAll(() => api.stop());

const PAST = '2026-11-20T12:00:00.000Z';
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const mexico = (shipBy?: string) => ({ shippingAddress: { address_country: 'MX' }, ...(shipBy && { shipBy }) });

const idsOf = async (path: string, plural: 'orders' | 'deliveries') =>
  (await api.call('GET', path)).body[plural].map(({ id }: { id: string }) => id);

test('an order shows by when it must leave, and whether that has passed; deliveries show what cannot make it', async () => {
  const late = await putOrder('late', mexico(PAST));
  const early = await putOrder('early', mexico(inHours(5)));
  await putOrder('undated', mexico());
  expect((await api.call('GET', `/orders/${late.id}`)).body).toMatchObject({ shipBy: PAST, late: true });
  expect((await api.call('GET', `/orders/${early.id}`)).body).toMatchObject({ late: false });
  expect((await api.call('GET', '/orders/shop:undated')).body).toMatchObject({ shipBy: null, late: false });
  expect(await idsOf('/orders?late=true', 'orders')).toEqual([late.id]);
  expect(await idsOf('/orders?late=false', 'orders')).toHaveLength(2);
  expect(await idsOf('/orders?late=', 'orders')).toHaveLength(3);
  expect(await idsOf('/deliveries?late=true', 'deliveries')).toEqual([late.deliveries[0]?.id]);
  expect((await api.call('GET', '/orders?late=maybe')).status).toBe(400);

  const [open] = early.deliveries;
  if (!open) throw new Error('it is to be placed');
  const { transition } = await import('#lib/deliveries/ledger');
  await transition(open, { ...open, nextAttemptAt: inHours(6) });
  expect(await idsOf('/deliveries?late=true&connection=shed', 'deliveries')).toContain(open.id);
});

test('an order that was shipped is late no more', async () => {
  const { id } = await putOrder('shipped', { shipBy: PAST });
  expect(await idsOf('/orders?late=true', 'orders')).toContain(id);
  const parcel = { carrier: 'dhl', trackingNumber: 'JD01' };
  await api.call('POST', `/orders/${encodeURIComponent(id)}/fulfillments`, { body: parcel });
  expect(await idsOf('/orders?late=true', 'orders')).not.toContain(id);
});

test('the sweeper rings those first that must leave first', async () => {
  const hours = [9, undefined, 2, 7];
  const placed = await Promise.all(
    hours.map((hour, index) => putOrder(`swept-${index}`, mexico(hour === undefined ? undefined : inHours(hour)))),
  );
  const ids = placed.map(({ deliveries }) => deliveries[0]?.id ?? '');
  await drain('marketful-deliveries');
  const { sweep } = await import('#lib/deliveries/sweep');
  await sweep(new Date(Date.now() + 120_000));
  const rung = (await drain('marketful-deliveries')).filter((id) => ids.includes(id));
  expect(rung).toEqual([2, 3, 0, 1].map((index) => ids[index]));
});

test('a replay releases those first that must leave first', async () => {
  const { transition } = await import('#lib/deliveries/ledger');
  const hours = [8, 3, undefined, 5];
  const ids: string[] = [];
  for (const [index, hour] of hours.entries()) {
    const { deliveries } = await putOrder(`again-${index}`, mexico(hour === undefined ? undefined : inHours(hour)));
    const [opened] = deliveries;
    if (!opened) throw new Error('it is to be placed');
    const cause = { code: 'http_418', description: 'a teapot' };
    await transition(opened, { ...opened, state: 'dead', cause, nextAttemptAt: null, deadLettered: true });
    ids.push(opened.id);
  }
  const body = { filter: { cause: 'http_418' }, perMinute: 6 };
  expect(await api.call('POST', '/deliveries/replay', { body })).toMatchObject({ status: 202, body: { matched: 4 } });
  const due = await Promise.all(
    ids.map(async (id) => ({ id, at: (await api.call('GET', `/deliveries/${id}`)).body.nextAttemptAt ?? '~' })),
  );
  const order = due.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ id }) => ids.indexOf(id));
  expect(order.slice(0, 3)).toEqual([1, 3, 0]);
});
