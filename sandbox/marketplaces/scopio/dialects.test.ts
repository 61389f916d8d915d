import { expect, test } from 'vitest';
import { mapBody } from '#lib/marketplaces/map-body';
import { connector } from '#lib/marketplaces/scopio/index';
import { info } from '#lib/marketplaces/scopio/manifest';
import type { OrderSnapshot } from '#lib/orders/order';
import { ContractError } from '#lib/platform/errors';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { DIALECTS } from './dialects.ts';

const ORDER = readFixture(info.name, 'order.json') as Record<string, unknown>;
const NAMES = Object.keys(DIALECTS) as Array<keyof typeof DIALECTS>;

/** What is understood, however it is worded: without the notes on what was assumed or not read. */
function read(body: unknown, settings: Record<string, unknown> = {}): Partial<OrderSnapshot> {
  const { change } = mapBody(
    connector,
    { topic: 'order', body, receivedAt: RECEIVED_AT },
    connectionOf(info, settings),
  );
  if (change instanceof Error) throw change;
  if (change.type !== 'order') throw new Error(change.type);
  const { assumed: _assumed, unread: _unread, ...order } = change.order;
  return order;
}

test.each(NAMES.filter((name) => name !== 'renamed'))('%s is the same order', (name) => {
  const shown = DIALECTS[name](structuredClone(ORDER));
  expect(shown).not.toEqual(ORDER);
  const { paidAt, lines, amounts, ...order } = read(shown);
  const canonical = read(ORDER);
  expect({ ...canonical, ...order }).toEqual(canonical);
  expect(lines).toMatchObject([{ id: 'li_1', sku: 'MUG-RED', quantity: 2, unitPrice: 5000 }]);
  expect(amounts?.total).toBe(canonical.amounts?.total);
  expect(paidAt).not.toBeNull();
});

test.each(NAMES.filter((name) => name !== 'renamed'))('a UCP order in %s is one too', (name) => {
  const ucp = readFixture(info.name, 'ucp-order.json') as Record<string, unknown>;
  const canonical = read(ucp);
  const { lines, ...order } = read(DIALECTS[name](structuredClone(ucp)));
  expect({ ...canonical, ...order }).toEqual(canonical);
  expect(lines).toMatchObject([{ sku: 'MUG-RED', quantity: 2, unitPrice: 5000 }]);
});

test('a member under another name is an error that names it, until the settings say where it is', () => {
  const shown = DIALECTS.renamed(structuredClone(ORDER));
  expect(() => read(shown)).toThrow(ContractError);
  expect(() => read(shown)).toThrow('shipping_address.street_address: is missing');
  const address = Object.keys(ORDER.shipping_address as object);
  const fields = Object.fromEntries(address.map((key) => [`delivery.${key}`, `shipping_address.${key}`]));
  expect(read(shown, { fields })).toEqual(read(ORDER));
});
