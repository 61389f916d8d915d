import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Network } from '#lib/marketplaces/network';
import { roleOf } from '#lib/marketplaces/registry';
import { connector } from '#lib/marketplaces/scopio/index';
import { connectionOf } from '#test/support/fake-hub';
import { tryBody } from './try-body.ts';

const fixture = new URL('../marketplaces/scopio/fixtures/order-paid.json', import.meta.url);
const read = (): { order: Record<string, unknown> & { items: object[]; shipping_address: Record<string, string> } } =>
  JSON.parse(readFileSync(fixture, 'utf8'));
const now = new Date('2026-11-20T10:00:00.000Z');

function tried(body: unknown, { fields = {}, routes = [] as Network['routes'] } = {}) {
  const scopio = { ...connectionOf('scopio-main', 'scopio'), settings: { fields } };
  const connections = new Map([scopio, connectionOf('shed', 'marketful')].map((each) => [each.id, each]));
  const network: Network = { connections, removed: new Map(), endpoints: new Map(), routes, roleOf };
  return tryBody({ topic: 'order-paid', body }, scopio, connector, network, now);
}

test('tells what is read, what is not, and what would be placed where', () => {
  const [first, ...others] = read().order.items as Array<{ id: string; sku: string }>;
  const routes = [
    { from: '*', match: { skuPrefix: first?.sku ?? '' }, to: 'shed' },
    { from: '*', to: 'erp' },
  ];
  const { order, placements, unread, error, explanation } = tried({ ...read(), loyalty: { points: 3 } }, { routes });
  expect({ error, unread }).toMatchObject({ error: null, unread: expect.arrayContaining(['loyalty']) });
  expect(order).toMatchObject({ connection: 'scopio-main', externalId: read().order.id });
  expect(placements.map(({ to, lineItems }) => [to, lineItems.map(({ id }) => id)])).toEqual([
    ['shed', [first?.id]],
    ...(others.length > 0 ? [['erp', others.map(({ id }) => id)]] : []),
  ]);
  expect(explanation?.sentence).toBe('Placing it with Marketful comes next.');
});

test('shows what came back, where the order tells it', () => {
  const file = new URL('../ucp/fixtures/order-example.json', import.meta.url);
  const back = { type: 'return', status: 'completed', occurred_at: '2026-11-19T10:00:00Z' };
  const adjustments = [{ ...back, line_items: [{ id: 'li_shoes', quantity: -1 }] }];
  const { order } = tried({ ...JSON.parse(readFileSync(file, 'utf8')), adjustments });
  expect(order?.returns).toMatchObject([{ lineItems: [{ id: 'li_shoes', quantity: 1 }] }]);
});

test('says that nobody ships it, and why', () => {
  const { placements, explanation } = tried(read());
  expect(placements).toMatchObject([{ to: null, blocked: { code: 'route_missing' } }]);
  expect(explanation?.sentence).toMatch(/^Finding who ships it has been blocked since 10:00 UTC: no route matches/);
});

test('names the path of what is missing, and the alias that mends it does', () => {
  const body = read();
  const { street_address: street, ...address } = body.order.shipping_address;
  const renamed = { ...body, order: { ...body.order, shipping_address: address, delivery: { street } } };
  const { error, order: none, unread } = tried(renamed);
  expect(none).toBeNull();
  expect(error).toMatchObject({ code: 'unexpected_shape', field: 'order.shipping_address.street_address' });
  expect(error?.description).toMatch(
    /^order.shipping_address.street_address: is missing.*; if the body has it elsewhere, add "<its path>": "order.shipping_address.street_address" to settings.fields$/,
  );
  expect(unread).toContain('order.delivery.street');
  const [from, to] = ['delivery.street', 'shipping_address.street_address'];
  for (const fields of [{ [from]: to }, { [`order.${from}`]: `order.${to}` }]) {
    const mended = tried(renamed, { fields });
    expect(mended).toMatchObject({ error: null, aliases: [{ from: `order.${from}`, to: `order.${to}` }] });
    expect(mended.order?.shippingAddress).toEqual(tried(read()).order?.shippingAddress);
    expect(mended.unread).toEqual(tried(read()).unread);
  }
});

test('names the setting that stands for what is missing, under whatever name the body has it', () => {
  const body = read();
  const { address_country: _, ...address } = body.order.shipping_address;
  const { error } = tried({ ...body, order: { ...body.order, shipping_address: address } });
  expect(error?.description).toMatch(/address_country: is missing.* to settings\.fields, or set settings\.country$/);
});

test('answers what is no order, and what is nothing, in a word', () => {
  expect(tried('nonsense')).toMatchObject({ order: null, error: { code: 'unexpected_shape' } });
  expect(tried(undefined)).toMatchObject({ order: null, error: { code: 'unexpected_shape' } });
  const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
  expect(tried(deep).error).toMatchObject({ code: 'unexpected_shape' });
  expect(tried({ deep }, { fields: { a: 'b' } }).error).toMatchObject({ code: 'mapping_failed' });
  const price = { ...read(), order: { ...read().order, currency: 'XXQ' } };
  expect(tried(price).error).toMatchObject({ code: 'unknown_currency', field: expect.any(String) });
});
