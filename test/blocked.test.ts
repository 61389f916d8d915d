import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectionsFile, SHED, SHOP, type Stage, startStage } from './support/stage.ts';

const SECOND_SHED = 'shed-two';

/** The shop's second warehouse, at first with a token that its vendor does not know. */
const withSecondShed = (accessToken: string) => (file: ConnectionsFile) => {
  const [, shed] = file.connections;
  if (!shed) return;
  file.connections.push({ ...shed, id: SECOND_SHED, secrets: { ...shed.secrets, accessToken } });
  file.routes = [
    { from: SHOP, match: { country: 'MX', skuPrefix: 'TWO-' }, to: SECOND_SHED },
    { from: SHOP, match: { country: 'MX' }, to: SHED },
  ];
};

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ edit: withSecondShed('a-wrong-token') });
});
afterAll(() => stage.stop());

const MUG = [{ sku: 'MUG-RED', quantity: 1 }];
const sell = (id: string, more: Parameters<Stage['scopio']['place']>[0] = {}) =>
  stage.scopio.place({ id, items: MUG, ...more });

/** Places the order and lets the warehouse ship it with this carrier. */
async function ship(id: string, carrier: string): Promise<void> {
  sell(id);
  await stage.settled(id, 'order', 'succeeded');
  stage.marketful.ship(`${SHOP}:${id}`, { carrier });
}

const blockedOf = async (id: string, action: string) => {
  const delivery = await stage.settled(id, action, 'blocked');
  expect(delivery.nextAttemptAt).toBeNull();
  expect((await stage.order(id)).timeline.map(({ type }) => type)).toContain('delivery.blocked');
  return delivery.cause;
};

describe.concurrent('events to a disabled destination vanished: what a person must do is visible and waits', () => {
  test("carrier codes: a sales channel's missing word blocks and says what to add where", async () => {
    await ship('no-word', 'Estafeta');
    const cause = await blockedOf('no-word', 'fulfillment');
    expect(cause?.code).toBe('carrier_unmapped');
    expect(cause?.description).toContain(`add "estafeta"`);
    expect(cause?.description).toContain(`settings.carriers of ${SHOP}`);
    expect(stage.fulfillments('no-word')).toBe(0);
  });

  test("carrier codes: a warehouse's unknown word blocks and says what to add where", async () => {
    await ship('no-code', 'Paquetexpress');
    const cause = await blockedOf('no-code', 'fulfillment');
    expect(cause?.description).toContain(`add "Paquetexpress"`);
    expect(cause?.description).toContain(`settings.carriers of ${SHED}`);
  });

  test('carrier codes: exact match is not asked for, another case of a known word goes through', async () => {
    await ship('any-case', 'dHl');
    await stage.settled('any-case', 'fulfillment', 'succeeded');
    expect(stage.scopio.received().fulfillments.find(({ orderId }) => orderId === 'any-case')?.body).toMatchObject({
      carrier: 'dhl',
    });
  });

  test('an order that no route matches', async () => {
    sell('no-route', { address: { address_country: 'PL' } });
    expect(await blockedOf('no-route', 'route')).toMatchObject({ code: 'route_missing' });
  });

  test('credentials that the vendor refuses, once and without further tries', async () => {
    sell('no-token', { items: [{ sku: 'TWO-1', quantity: 1 }] });
    expect((await blockedOf('no-token', 'order'))?.description).toContain('User Not Found');
    expect((await stage.delivery('no-token', 'order')).attempts).toMatchObject([{ number: 1, outcome: 'refused' }]);
  });

  test('401 of a push', async () => {
    stage.scopio.faults.add({ on: 'POST /api/seller/orders/refused/fulfill', kind: 'status', status: 401 });
    await ship('refused', 'DHL');
    expect(await blockedOf('refused', 'fulfillment')).toMatchObject({ code: 'http_401' });
  });

  test('an address without what the warehouse needs names the member, and its correction lets it run', async () => {
    sell('no-colonia', { address: { extended_address: null, address_region: 'Atlantis' } });
    const cause = await blockedOf('no-colonia', 'order');
    expect(cause).toMatchObject({ code: 'address_incomplete' });
    expect(cause?.description).toContain('shippingAddress.extended_address (colonia)');
    expect(cause?.description).toContain('shippingAddress.address_region');
    const shippingAddress = { extended_address: 'Americana', address_region: 'Jalisco' };
    const path = `/orders/${SHOP}:no-colonia`;
    expect((await stage.hub.send('PATCH', path, { shippingAddress })).status).toBe(200);
    await stage.settled('no-colonia', 'order', 'succeeded');
    expect(stage.placements('no-colonia')).toBe(1);
    // The buyer's old address, told again, does not undo a person's correction.
    await fetch(`${stage.scopio.url}/_sandbox/orders/no-colonia/notify`, { method: 'POST' });
    expect(await stage.order('no-colonia')).toMatchObject({ shippingAddress });
  });
});

test('all of them run by themselves once the settings, the routes and the secret they waited for are there', async () => {
  const blocked = await stage.deliveries('state=blocked');
  expect(blocked.map(({ order }) => order?.split(':')[1]).sort()).toEqual([
    ...['no-code', 'no-route', 'no-token', 'no-word', 'refused'],
  ]);
  await stage.restart({
    edit(file) {
      withSecondShed(file.connections[1]?.secrets.accessToken ?? '')(file);
      const [shop, shed] = file.connections;
      if (shop) shop.settings = { carriers: { estafeta: 'dhl' } };
      if (shed) shed.settings = { carriers: { PAQUETEXPRESS: 'ups' } };
      file.routes.push({ from: '*', to: 'erp' });
    },
  });
  for (const id of ['no-word', 'no-code', 'refused']) {
    await stage.settled(id, 'fulfillment', 'succeeded');
    expect(stage.fulfillments(id)).toBe(1);
  }
  const told = (id: string) => stage.scopio.received().fulfillments.find(({ orderId }) => orderId === id)?.body;
  expect([told('no-word'), told('no-code')]).toMatchObject([{ carrier: 'dhl' }, { carrier: 'ups' }]);
  await stage.settled('no-route', 'route', 'succeeded');
  await stage.settled('no-token', 'order', 'succeeded');
  expect(await stage.deliveries('state=blocked')).toEqual([]);
});
