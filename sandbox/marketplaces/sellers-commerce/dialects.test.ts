import { expect, test } from 'vitest';
import { info } from '#lib/marketplaces/sellers-commerce/manifest';
import { map } from '#lib/marketplaces/sellers-commerce/map';
import type { OrderSnapshot } from '#lib/orders/order';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { DIALECTS } from './dialects.ts';

const ORDER = readFixture(info.name, 'order.json') as Record<string, unknown>;
const settings = { currency: 'USD' };

/** What is understood, however it is worded: without the notes on what was assumed. */
function read(topic: string, body: unknown, own: Record<string, unknown> = settings): Partial<OrderSnapshot> {
  const change = map({ topic, body, receivedAt: RECEIVED_AT }, connectionOf(info, own));
  if (change.type !== 'order') throw new Error(change.type);
  const { assumed: _assumed, version: _version, ...order } = change.order;
  return order;
}

test.each(Object.keys(DIALECTS) as Array<keyof typeof DIALECTS>)('%s is the same order', (name) => {
  const shown = DIALECTS[name](structuredClone(ORDER));
  expect(shown).not.toEqual(ORDER);
  // An order without items makes the hub fetch it.
  if (name === 'heads') return expect(() => read('order', shown)).toThrow('fetch');
  const { placedAt, paidAt, payment, ...order } = read('order', shown);
  const canonical = read('order', ORDER);
  expect({ ...canonical, ...order }).toEqual(canonical);
  expect([placedAt?.slice(0, 19), paidAt?.slice(0, 19), payment?.state]).toEqual([
    ...[canonical.placedAt?.slice(0, 19), canonical.paidAt?.slice(0, 19), canonical.payment?.state],
  ]);
});

test('without a currency that anybody named it is an error that names it', () => {
  expect(() => read('order', DIALECTS['one-currency'](ORDER), {})).toThrow('CurrencyCode: is missing');
});
