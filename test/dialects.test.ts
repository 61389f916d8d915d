import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMarketfulSandbox } from '#sandbox/marketplaces/marketful/index';
import { startScopioSandbox } from '#sandbox/marketplaces/scopio/index';
import { startSellersCommerceSandbox } from '#sandbox/marketplaces/sellers-commerce/index';
import { startSelloSandbox } from '#sandbox/marketplaces/sello/index';
import { startShoppoSandbox } from '#sandbox/marketplaces/shoppo/index';
import { eventually, freePort, type HubProcess, startHubProcess } from './support/hub.ts';
import type { ShownEvent, ShownOrder } from './support/shown.ts';

/** Every vendor's order in every dialect of docs/sandbox.md, through one hub that runs. */

const SECRET = 'a-secret-in-a-url';
const KEYS = {
  scopio: { apiKey: 'key', webhookSecret: 'hmac' },
  sello: { apiKey: 'key', webhookSecret: SECRET },
  'sellers-commerce': { accessKey: 'access', sharedSecret: 'shared' },
  marketful: { accessToken: 'token', userId: 'user', webhookSecret: SECRET },
  shoppo: { accessToken: 'token', viewerId: 'viewer', notificationToken: 'notify' },
};
const limits = { requestsPerMinute: 1_000_000, retryIntervalMs: 500 };

type Vendors = Awaited<ReturnType<typeof startVendors>>;
let vendors: Vendors;
let hub: HubProcess;

async function startVendors(hooks: string) {
  const [scopio, sello, store, shed, supply] = await Promise.all([
    startScopioSandbox({ ...KEYS.scopio, ...limits, webhookUrl: `${hooks}/scopio/shop/order-paid` }),
    startSelloSandbox({
      ...{ apiKey: 'key', ...limits },
      webhooks: { orderNew: `${hooks}/sello/agg/order-new/${SECRET}` },
    }),
    startSellersCommerceSandbox({ ...KEYS['sellers-commerce'], ...limits }),
    startMarketfulSandbox({
      ...{ accessToken: 'token', userId: 'user', ...limits },
      webhooks: { 'shipment_event/created': `${hooks}/marketful/shed/shipment-event-created/${SECRET}` },
    }),
    startShoppoSandbox({
      ...{ ...KEYS.shoppo, ...limits },
      notifications: { 'deliver-partner-order': `${hooks}/shoppo/supply/deliver-partner-order` },
    }),
  ]);
  return { scopio, sello, store, shed, supply };
}

beforeAll(async () => {
  const port = await freePort();
  vendors = await startVendors(`http://127.0.0.1:${port}/webhooks`);
  const { scopio, sello, store, shed, supply } = vendors;
  const connection = (id: string, marketplace: keyof typeof KEYS, baseUrl: string, settings = {}) => ({
    ...{ id, marketplace, baseUrl, settings, secrets: KEYS[marketplace], requestsPerMinute: 100_000 },
  });
  hub = await startHubProcess({
    port,
    env: { POLL_INTERVAL_SECONDS: '2', RETRY_INTERVAL_SECONDS: '1', HTTP_TIMEOUT_SECONDS: '3' },
    connections: {
      connections: [
        connection('shop', 'scopio', scopio.url),
        connection('agg', 'sello', sello.baseUrl),
        connection('store', 'sellers-commerce', store.url, { currency: 'USD' }),
        connection('shed', 'marketful', shed.url),
        connection('supply', 'shoppo', supply.endpoint),
      ],
      routes: [
        { from: 'shop', match: { country: 'MX' }, to: 'shed' },
        { from: 'shop', match: { skuPrefix: 'SHP-' }, to: 'supply' },
        { from: '*', to: 'erp' },
      ],
    },
  });
});
afterAll(async () => {
  await hub?.stop();
  await Promise.all(Object.values(vendors ?? {}).map((vendor) => vendor.stop()));
});

/** Makes a vendor use a dialect for one order, or for all. */
async function speak({ url }: { url: string }, dialect: string | null, order?: string): Promise<void> {
  const body = JSON.stringify({ dialect, ...(order && { order }) });
  expect((await fetch(`${url}/_sandbox/dialects`, { method: 'PUT', body })).status).toBe(200);
}
const dialectsOf = async ({ url }: { url: string }): Promise<string[]> =>
  ((await (await fetch(`${url}/_sandbox/dialects`)).json()) as { dialects: string[] }).dialects;

const findOrder = async (connection: string, id: string): Promise<ShownOrder | undefined> =>
  (await hub.get<{ orders: ShownOrder[] }>(`/orders?connection=${connection}&externalId=${id}`)).orders[0];
const eventsOf = async (query: string) =>
  (await hub.get<{ events: ShownEvent[] }>(`/events?limit=200&${query}`)).events;

/** The content of an order, however it is worded: without its number, and without what a vendor may leave out. */
function contentOf({ ucp, shippingAddress, buyer, status, ...order }: ShownOrder) {
  const { extended_address: _1, company: _2, ...address } = shippingAddress;
  const { company: _3, ...person } = buyer;
  const { amounts, releasedAt } = order as unknown as { amounts: { goods: number }; releasedAt: string | null };
  const lines = ucp.line_items.map(({ item, quantity }) => [item.id, item.price, quantity.total]);
  const total = ucp.totals.find(({ type }) => type === 'total')?.amount;
  return { status, address, person, lines, total, goods: amounts.goods, isReleased: releasedAt !== null };
}

const ADDRESS = { address_country: 'PL', address_locality: 'Kraków', postal_code: '30-001' };
const PEOPLE = { street_address: 'Rynek 1', first_name: 'Ana', last_name: 'Torres', phone_number: '+48600000000' };
const SELLO = {
  ...{
    customer_first_name: 'Ana',
    customer_last_name: 'Torres',
    customer_email: 'ana@example.com',
    customer_zip: '11455',
  },
  ...{
    customer_address: 'Storgatan 7',
    customer_city: 'Stockholm',
    customer_mobile: '+46709876543',
    customer_phone: '',
  },
};
const STORE = {
  Email: 'ana@example.com',
  ShippingAddress: {
    ...{ FirstName: 'Ana', LastName: 'Torres', AddressLine1: '1 Main St', AddressLine2: null, City: 'Austin' },
    ...{ StateCode: 'TX', CountryCode: 'US', ZipCode: '73301', Phone: '+15125550123' },
  },
};
const ITEMS = [{ sku: 'MUG-RED', quantity: 2, net_price: '40.65', gross_price: '50.00' }];
const CHANNELS: Record<string, { connection: string; of(all: Vendors): { url: string }; place(id: string): unknown }> =
  {
    scopio: {
      ...{ connection: 'shop', of: ({ scopio }) => scopio },
      place: (id) => vendors.scopio.place({ id, items: ITEMS, address: { ...ADDRESS, ...PEOPLE } }),
    },
    sello: {
      ...{ connection: 'agg', of: ({ sello }) => sello },
      place: (id) =>
        vendors.sello.place({
          id: Number(id),
          ...SELLO,
          rows: [{ reference: 'MUG-RED', quantity: 2, price: '50.50', tax: 25 }],
        }),
    },
    'sellers-commerce': {
      ...{ connection: 'store', of: ({ store }) => store },
      place: (OrderNumber) =>
        vendors.store.place({ OrderNumber, ...STORE, OrderItems: [{ SkuCode: 'MUG-RED', Quantity: 2 }] }),
    },
  };

test.concurrent.each(Object.keys(CHANNELS))(
  'an order of %s in any dialect is the same order, or an error that names the path',
  async (name) => {
    const { connection, of, place } = CHANNELS[name] as (typeof CHANNELS)[string];
    const vendor = of(vendors);
    const dialects = [null, ...(await dialectsOf(vendor))];
    const ids = dialects.map((dialect, index) => [`${7_001 + index}`, dialect] as const);
    for (const [id, dialect] of ids) {
      if (dialect) await speak(vendor, dialect, id);
      place(id);
    }
    const known = new Map<string, ShownOrder>();
    for (const [id, dialect] of ids) {
      if (dialect === 'renamed') continue;
      known.set(id, await eventually(() => findOrder(connection, id), `${name} in ${dialect}`));
    }
    const [first, ...others] = [...known.values()].map(contentOf);
    expect(first?.lines).not.toEqual([]);
    for (const [index, content] of others.entries()) expect(content, `${ids[index + 1]?.[1]}`).toEqual(first);
    if (!dialects.includes('renamed'))
      return expect(await eventsOf(`connection=${connection}&state=unreadable`)).toEqual([]);
    const [unread] = await eventually(async () => {
      const events = await eventsOf(`connection=${connection}&state=unreadable`);
      return events.length > 0 && events;
    }, 'the error');
    expect(unread?.error).toMatchObject({ field: expect.stringMatching(/shipping_address.street_address$/) });
  },
);

const SHIPPERS: Record<string, { of(all: Vendors): { url: string }; ship(id: string): unknown; order: object }> = {
  marketful: {
    of: ({ shed }) => shed,
    ship: (id) => vendors.shed.ship(id, { carrier: 'DHL' }),
    order: {
      ...{ items: [{ sku: 'MUG-RED', quantity: 1 }] },
      address: {
        ...{ ...PEOPLE, street_address: 'Av. Vallarta 1234', extended_address: 'Americana', postal_code: '44160' },
        ...{ address_locality: 'Guadalajara', address_region: 'Jalisco', address_country: 'MX' },
      },
    },
  },
  shoppo: {
    of: ({ supply }) => supply,
    ship: (id) => vendors.supply.ship(id),
    order: {
      ...{ items: [{ sku: 'SHP-1', quantity: 1 }] },
      address: {
        ...{ ...PEOPLE, street_address: '1 Main St', address_locality: 'Austin', address_region: 'TX' },
        ...{ postal_code: '73301', address_country: 'US' },
      },
    },
  },
};

test.concurrent.each(Object.keys(SHIPPERS))('%s may speak any dialect of what it ships', async (name) => {
  const { of, ship, order } = SHIPPERS[name] as (typeof SHIPPERS)[string];
  const vendor = of(vendors);
  const dialects = await dialectsOf(vendor);
  // The dialect of placement answers is set before there is an order.
  if (dialects.includes('other-answers')) await speak(vendor, 'other-answers');
  for (const dialect of dialects)
    vendors.scopio.place({ id: `${name}-${dialect}`, ...order } as Parameters<typeof vendors.scopio.place>[0]);
  const until = (dialect: string, isThere: (found: ShownOrder) => unknown) =>
    eventually(async () => {
      const found = await findOrder('shop', `${name}-${dialect}`);
      return found && isThere(found) ? found : undefined;
    }, `${name} in ${dialect}`);
  for (const dialect of dialects) {
    const { placements } = await until(dialect, (found) => found.placements?.[0]?.state === 'placed');
    const [{ remoteId }] = placements as unknown as [{ remoteId: string }];
    await speak(vendor, dialect, remoteId);
    ship(remoteId);
  }
  for (const dialect of dialects) {
    const { fulfillments } = await until(dialect, (found) => found.fulfillments.length > 0);
    expect(fulfillments, dialect).toMatchObject([{ lineItems: [{ quantity: 1 }] }]);
  }
});

test('nothing loops, and nothing has given up: polls change no order that is read', async () => {
  const { deliveries } = await hub.get<{ deliveries: unknown[] }>('/deliveries?state=dead');
  expect(deliveries).toEqual([]);
  const revisions = async () => {
    const { orders } = await hub.get<{ orders: Array<ShownOrder & { revision: number }> }>('/orders?limit=200');
    return orders.map(({ id, revision }) => `${id} ${revision}`).sort();
  };
  const before = await revisions();
  await sleep(5_000);
  expect(await revisions()).toEqual(before);
});

test('the page of the sandbox names every dialect', async () => {
  const page = readFileSync('docs/sandbox.md', 'utf8');
  for (const vendor of Object.values(vendors))
    for (const dialect of await dialectsOf(vendor)) expect(page).toContain(`\`${dialect}\``);
});
