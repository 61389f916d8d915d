import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changesOfOrder } from '#lib/changes/derive';
import type { Delivery } from '#lib/deliveries/delivery';
import type { InboundEvent } from '#lib/inbound/event';
import { orderOf } from '#test/support/orders';
import { deliveryOf, fakeHub } from '../../test/support/fake-hub.ts';
import { presentDeliveries, presentDelivery } from './delivery-schema.ts';
import { presentEvent, presentListed } from './events.ts';
import { presentOrder, presentSummary } from './present-order.ts';

const network = await fakeHub().hub.getNetwork();

beforeAll(() => vi.stubEnv('PUBLIC_URL', 'https://hub.example'));
afterAll(() => vi.unstubAllEnvs());

test('an order is shown with what follows from it, and without the bookkeeping', () => {
  const shown = presentOrder(orderOf(), [], network);
  expect(shown).toMatchObject({ id: 'scopio-main:ord_8f3a', status: 'open', shipBy: null, late: false, timeline: [] });
  for (const kept of ['history', 'routed', 'correctedAddress', 'snapshotHash']) expect(shown).not.toHaveProperty(kept);
});

test('the feed names what changed as an order shows it', () => {
  const before = orderOf();
  const changed = [orderOf({ cancelled: true }), orderOf({ paidAt: null, number: 'SC-2', shipBy: before.placedAt })]
    .flatMap((after) => changesOfOrder(before, { ...after, revision: 2 }))
    .flatMap((change) => change.changed);
  expect(changed).toContain('status');
  expect(changed.filter((name) => !(name in presentOrder(before, [], network)))).toEqual([]);
});

test('an order that may not ship says why, however far its placement is', () => {
  const why = 'It does not ship: on hold; it will once Scopio says otherwise.';
  const held = { ...orderOf({ held: 'on hold' }), releasedAt: '2026-11-20T08:15:00.000Z', deliveries: ['dlv_1'] };
  const lineItems = held.ucp.line_items.map(({ id, quantity }) => ({ id, quantity: quantity.total }));
  const placements = [{ delivery: 'dlv_1', connection: 'shed', lineItems }];
  const pending = deliveryOf({});
  const placed = { at: '2026-11-20T10:00:00.000Z', remoteId: null, number: 'SC-1001', channel: 'scopio-main' };
  const of = (...placing: Delivery[]) => presentSummary({ ...held, placements }, network, placing).unreleased;
  expect([of(), of(pending)]).toEqual([why, why]);
  expect([of({ ...pending, placed }), presentSummary(orderOf(), network).unreleased]).toEqual([null, null]);
});

test('an order that is not valid UCP is not shown, and does not hide the others of a list', () => {
  const order = orderOf();
  const broken = { ...order, ucp: { ...order.ucp, currency: 7 as never } };
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(() => presentOrder(broken, [], network)).toThrow(expect.objectContaining({ status: 500 }));
  expect(presentSummary(broken, network).ucp).toBeNull();
  expect(presentSummary(order, network).ucp).toEqual({
    ...order.ucp,
    permalink_url: 'https://hub.example/console/orders/scopio-main%3Aord_8f3a',
  });
  vi.restoreAllMocks();
});

const event = (body: string, change: Partial<InboundEvent> = {}): InboundEvent => ({
  ...{ id: 'evt_1', connection: 'shop', topic: 'order-paid', receivedBy: 'webhook', encoding: 'utf8', body },
  ...{ receivedAt: '2026-11-20T08:15:00.000Z', recordedAt: '2026-11-20T08:15:01.000Z', order: null, note: null },
  ...{ state: 'unreadable', error: { code: 'unexpected_shape', description: 'total: is missing' } },
  ...change,
});

test('lists show no body of what could be read, and the beginning of what could not', () => {
  expect(presentListed(event('{}', { state: 'applied' }))).not.toHaveProperty('body');
  expect(presentListed(event('{}'))).toMatchObject({ body: '{}' });
  expect(presentListed(event('{}'))).not.toHaveProperty('bodyTruncated');
  const long = presentListed(event('ø'.repeat(5_000)));
  expect(long).toMatchObject({ body: 'ø'.repeat(4_000), bodyTruncated: true, bodyBytes: 10_000 });
  const bytes = presentListed(event(Buffer.alloc(6_000, 0xff).toString('base64'), { encoding: 'base64' }));
  expect(Buffer.from(bytes.body ?? '', 'base64')).toEqual(Buffer.alloc(3_000, 0xff));
  expect(bytes).toMatchObject({ bodyTruncated: true, bodyBytes: 6_000 });
});

test('an event shows its whole body, unless Lambda could not answer with it', () => {
  const whole = 'x'.repeat(3_900_000);
  expect(presentEvent(event(whole))).toMatchObject({ body: whole });
  // Six bytes for each of these characters.
  const huge = presentEvent(event('\u0001'.repeat(1_500_000)));
  expect(huge).toMatchObject({ bodyTruncated: true, bodyBytes: 1_500_000 });
  expect(JSON.stringify(huge).length).toBeLessThan(4_000_000);
});

const delivery = (input: unknown): Delivery => ({
  ...{ id: 'dlv_1', kind: 'push', action: 'items-create', connection: 'shed', marketplace: 'marketful', order: null },
  ...{ subject: { input }, state: 'pending', cause: null, waitsFor: null, nextAttemptAt: null, attemptCount: 1 },
  ...{ createdAt: '2026-11-20T08:15:00.000Z', updatedAt: '2026-11-20T08:15:00.000Z', failures: 0, unknown: false },
  ...{ throttledSince: null, lease: null, deadLettered: false, trace: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
  attempts: [
    {
      ...{ number: 1, startedAt: '2026-11-20T08:15:00.000Z', endedAt: '2026-11-20T08:15:01.000Z', outcome: 'failed' },
      ...{ nextAttemptAt: null, told: [{ type: 'order.placed', detail: {} }] },
    },
  ],
});

test('a delivery is shown with its attempts and without what they told', async () => {
  const shown = await presentDelivery(delivery({ title: 'Mug' }));
  expect(shown).toMatchObject({ shipBy: null, late: false, closed: null, traceId: 'a'.repeat(32) });
  expect(shown.attempts).toEqual([expect.not.objectContaining({ told: expect.anything() })]);
  for (const kept of ['failures', 'lease', 'deadLettered', 'trace']) expect(shown).not.toHaveProperty(kept);
});

test('of what a delivery is about only what the document names is shown', async () => {
  const subject = { resource: '7', askedBy: 'webhook' as const, unless: { externalId: '7', version: null } };
  expect((await presentDelivery({ ...delivery({}), subject })).subject).toEqual({ resource: '7' });
});

test('lists leave out an input that is large, and say how large', async () => {
  const small = delivery({ title: 'Mug' });
  const large = delivery({ title: 'x'.repeat(400_000) });
  expect((await presentDelivery(large)).subject.input).toEqual(large.subject.input);
  expect((await presentDeliveries([small, large])).map(({ subject }) => subject)).toEqual([
    { input: { title: 'Mug' } },
    { inputBytes: 400_012 },
  ]);
});
