import { expect, test } from 'vitest';
import { createOrder } from '#lib/marketplaces/marketful/api';
import { info } from '#lib/marketplaces/marketful/manifest';
import { map } from '#lib/marketplaces/marketful/map';
import type { ShipmentSnapshot } from '#lib/orders/order';
import { connectionOf, createRemote, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { DIALECTS } from './dialects.ts';

const { orden: ORDEN } = readFixture(info.name, 'events.json') as { orden: Record<string, unknown> };
const NAMES = Object.keys(DIALECTS) as Array<keyof typeof DIALECTS>;

/** What is understood of it; without ids of events, which are ours if the event has none. */
function read(orden: unknown): Partial<ShipmentSnapshot> {
  const placement = { orderId: 'scopio-main:ord_8f3a', channel: 'scopio-main' };
  const change = map({ topic: 'orden', body: { orden, placement }, receivedAt: RECEIVED_AT }, connectionOf(info));
  if (change.type !== 'shipment') throw new Error(change.type);
  const { events, ...shipment } = change.shipment;
  return { ...shipment, events: events.map(({ id: _id, description: _words, ...event }) => ({ id: '', ...event })) };
}

test.each(NAMES)('%s is the same orden', (name) => {
  const shown = DIALECTS[name](structuredClone(ORDEN));
  if (name !== 'other-answers') expect(shown).not.toEqual(ORDEN);
  expect(read(shown)).toEqual(read(ORDEN));
});

test.each(NAMES)('a placed order answered in %s is placed', async (name) => {
  const answer = DIALECTS[name]({
    message: 'Success',
    order: { id: 5021, num_orden: 'SC-1001', canal: 'scopio-main' },
  });
  const { http } = createRemote('marketful', [{ status: 200, body: JSON.stringify(answer) }]);
  const caller = { http, secrets: { accessToken: 'token', userId: 'user' } };
  expect(await createOrder(caller, { contact_info: {}, items: [] })).toEqual({ id: '5021' });
});
