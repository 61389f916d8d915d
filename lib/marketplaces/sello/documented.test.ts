import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connectionOf, createRemote, RECEIVED_AT } from '#test/conformance/kit';
import {
  getProduct,
  listDeliveries,
  listIntegrations,
  listOrders,
  listProducts,
  listRowIds,
  listStatuses,
  listWebhooks,
  separateRow,
} from './api.ts';
import { info } from './manifest.ts';
import { map } from './map.ts';

/** The document's own example, as it is printed. */
const example = (name: string): string =>
  readFileSync(new URL(`../../../sandbox/marketplaces/sello/fixtures/${name}.json`, import.meta.url), 'utf8');

const caller = (body: string) => ({ ...createRemote('sello', [{ status: 200, body }]), secrets: { apiKey: 'key' } });
const read = (topic: string, body: unknown) => map({ topic, body, receivedAt: RECEIVED_AT }, connectionOf(info));

test('the orders of the document are listed and, with its rows, read', async () => {
  const {
    rows: [listed],
  } = await listOrders(caller(example('orders')), {});
  expect(read('order-listed', listed)).toMatchObject({ type: 'fetch', resource: '13901393' });
  const rows = JSON.parse(example('order-rows')) as unknown[];
  expect(read('order', { ...(listed as object), rows })).toMatchObject({
    type: 'order',
    order: { externalId: '13901393', lines: [{ sku: 'WTCH_3829', taxRate: 25, stockLocation: 'Shelf 8' }] },
  });
  const added = JSON.parse(example('order-row-added')) as unknown[];
  expect(read('order', { ...(listed as object), rows: added })).toMatchObject({ order: { lines: [{ quantity: 10 }] } });
});

test('its products are, in the list and alone', async () => {
  const {
    rows: [listed],
  } = await listProducts(caller(example('products')), {});
  const alone = await getProduct(caller(JSON.stringify(listed)), '3635056');
  for (const product of [listed, alone])
    expect(read('product', product)).toMatchObject({ products: [{ sku: 'PVE002', quantity: 10, version: null }] });
});

test('and so is what else the connector reads', async () => {
  expect(await listRowIds(caller(example('order-rows')), '1')).toEqual(['8109592']);
  expect((await listStatuses(caller(example('statuses'))))[0]).toMatchObject({ id: '2591259' });
  expect(await listDeliveries(caller(example('deliveries')), '1')).toHaveLength(2);
  expect((await listWebhooks(caller(example('webhooks')))).length).toBeGreaterThan(3);
  expect(await separateRow(caller(example('order-row-separated')), '1', '2')).toBe('8109592');
  expect(await listIntegrations(caller(example('integrations')))).toEqual([{ id: '4', display_name: 'Tradera' }]);
});
