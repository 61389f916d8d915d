import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_KEY, eventually } from './support/hub.ts';
import { SECRETS, SHED, SHOP, type Stage, startStage } from './support/stage.ts';
import { eventOf, post, scopioOrder, sign } from './support/webhook.ts';

const BUYER = {
  first_name: 'Zenobia',
  last_name: 'Quetzalcanary',
  street_address: 'Calle Fugadedatos 1234',
  phone_number: '+523300998877',
  email: 'zenobia.canary@example.com',
};

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { POLL_INTERVAL_SECONDS: '1' } });
});
afterAll(() => stage.stop());

test('6: logs held secrets and expected signatures: not one secret, signature, name, e-mail, phone or street is in a log line', async () => {
  const signatures: string[] = [];
  const send = (body: string, signature: string, path?: string) => {
    signatures.push(signature);
    return post(stage, body, { signature, ...(path && { path }) });
  };
  // A remote's description may quote the buyer or the key; it belongs in the ledger, not in the log.
  const words = `${Object.values(BUYER).join(' ')} ${SECRETS.accessToken} ${SECRETS.apiKey}`;
  const place = { on: 'POST /shopi_orders/multicanal_api', kind: 'status' };
  stage.marketful.faults.add({ ...place, status: 422, contains: `${SHOP}:refused`, body: { message: words } });
  stage.marketful.faults.add({ ...place, status: 503, contains: `${SHOP}:busy`, body: words });
  stage.marketful.faults.add({ ...place, kind: 'accept-then-reset', contains: `${SHOP}:lost` });
  stage.scopio.faults.add({
    on: 'GET /api/seller/orders',
    kind: 'status',
    status: 500,
    body: { code: 'x', description: words },
  });
  stage.scopio.faults.add({ on: 'GET /api/seller/orders', kind: 'garbage', body: `<html>${words}` });
  for (const id of ['refused', 'busy', 'lost', 'blocked'])
    stage.scopio.place({ id, address: { ...BUYER, ...(id === 'blocked' && { postal_code: '' }) } });
  await stage.settled('refused', 'order', 'dead');
  await stage.settled('lost', 'order', 'succeeded');
  await stage.settled('busy', 'order', 'succeeded');
  await stage.settled('blocked', 'order', 'blocked');
  stage.marketful.ship(`${SHOP}:busy`, { carrier: 'DHL' });
  await stage.settled('busy', 'fulfillment', 'succeeded');

  const good = eventOf(scopioOrder('good'));
  const { items: _missing, ...broken } = scopioOrder('broken', { total: BUYER.email });
  const unreadable = [
    eventOf(broken),
    eventOf(scopioOrder('odd', { currency: BUYER.first_name })),
    `{"a":"${BUYER.street_address}`,
  ];
  const statuses = [
    (await send(good, sign(good))).status,
    (await send(good, sign(good, 'not-the-secret'))).status,
    (await send(good, `sha256=${sign(good, SECRETS.webhookSecret, 'base64')}`)).status,
    (await send(good, '', `marketful/${SHED}/order-created/${SECRETS.urlSecret}x`)).status,
    (await send(`${good}${' '.repeat(300_000)}`, sign(good))).status,
    ...(await Promise.all(unreadable.map(async (body) => (await send(body, sign(body))).status))),
  ];
  expect(statuses).toEqual([200, 401, 401, 401, 413, 200, 200, 400]);
  await eventually(async () => (await stage.events('state=unreadable')).length === 3, 'what could not be read');
  await stage.hub.send('PATCH', `/orders/${SHOP}:busy`, { shippingAddress: { phone_number: BUYER.phone_number } });
  await stage.hub.send('GET', `/orders?externalId=${BUYER.email}&connection=${SHOP}`);
  await stage.hub.send('GET', '/orders', undefined, { authorization: 'Bearer leak-canary-wrong-key' });
  await stage.hub.send('POST', `/orders/${SHOP}:busy/fulfillments`, { carrier: BUYER.email, trackingNumber: 1 });
  await stage.killAndRestart();
  await stage.hub.get('/orders');

  const written = stage.hub.log() + stage.hub.output();
  expect(written.split('\n').length).toBeGreaterThan(20);
  expect(written).toContain('"outcome":"refused"');
  const never = [
    ...[...Object.values(SECRETS), ...Object.values(BUYER), API_KEY, 'leak-canary-wrong-key'],
    ...['Fugadedatos', '3300998877', 'zenobia.canary', encodeURIComponent(BUYER.email)],
    ...signatures.filter(Boolean).map((signature) => signature.replace('sha256=', '')),
  ];
  expect(never.filter((word) => written.toLowerCase().includes(word.toLowerCase()))).toEqual([]);
  // It was recorded, though: whoever has the key can see it.
  expect((await stage.delivery('refused', 'order')).cause?.description).toContain(BUYER.last_name);
});
