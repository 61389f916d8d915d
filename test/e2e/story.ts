// Tells one order's story on a deployed stage: node test/e2e/story.ts <stage>. It needs the AWS CLI, the credentials
// that
// deployed the stage, and .sst/outputs.json. It has not been run against an AWS account yet.
import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws, deployRemote, eventually } from './aws.ts';

const OUTPUTS = '.sst/outputs.json';
const [stage = ''] = process.argv.slice(2);
if (!/^e2e-[\da-f]+$/.test(stage)) throw new Error(`not a stage of this test: "${stage}"`);
const { url } = JSON.parse(readFileSync(OUTPUTS, 'utf8')) as { url: string };

const remote = await deployRemote(`longshore-${stage}-remote`);
const webhookSecret = randomBytes(24).toString('hex');
const connection = { id: 'shop', marketplace: 'scopio', baseUrl: remote, secrets: { apiKey: 'any', webhookSecret } };
const file = join(mkdtempSync(join(tmpdir(), 'longshore-e2e-')), 'connections.json');
writeFileSync(file, JSON.stringify({ connections: [connection], routes: [{ from: '*', to: 'erp' }] }), { mode: 0o600 });

const longshore = (...args: string[]) =>
  execFileSync(process.execPath, ['cli/longshore.ts', ...args, '--outputs', OUTPUTS], { encoding: 'utf8' }).trim();
longshore('connections', 'put', file);
const authorization = `Bearer ${longshore('keys', 'create', 'e2e', '--scopes', 'ops')}`;

const hub = (path: string, init: RequestInit = {}) =>
  fetch(url + path, { ...init, headers: { authorization, 'content-type': 'application/json', ...init.headers } });
const read = async (path: string) => (await (await hub(path)).json()) as Record<string, unknown>;

async function expectStatus(wanted: number, what: string, answer: Promise<Response>): Promise<void> {
  const { status } = await answer;
  if (status !== wanted) throw new Error(`${what}: ${status} instead of ${wanted}`);
  console.log(`✔ ${what}: ${status}`);
}

function webhook(id: string, secret = webhookSecret, note = 'ring twice'): Promise<Response> {
  const at = new Date().toISOString();
  const buyer = { first_name: 'Ana', last_name: 'Test', street_address: 'Av. 1', postal_code: '44160' };
  const order = {
    ...{ id, number: id, status: 'paid', created_at: at, paid_at: at, currency: 'PLN', note },
    shipping_address: { ...buyer, address_locality: 'Guadalajara', address_country: 'MX' },
    items: [{ id: 'li_1', sku: 'MUG-RED', title: 'Red mug', quantity: 1, net_price: '40.65', gross_price: '50.00' }],
    ...{ total_net: '40.65', total_gross: '50.00' },
  };
  const body = JSON.stringify({ id: `evt_${id}`, type: 'order.paid', created_at: at, order });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return fetch(`${url}/webhooks/scopio/shop/order-paid`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-scopio-signature': signature },
    body,
  });
}

await expectStatus(200, 'the hub is there', fetch(`${url}/health`));
await expectStatus(401, 'nobody reads orders without a key', fetch(`${url}/orders`));
await expectStatus(401, 'a forged webhook', webhook('forged', 'wrong'));
await expectStatus(200, 'a signed webhook', webhook('SC-1'));
await expectStatus(200, 'one with a character that SQS does not take', webhook('SC-2', webhookSecret, 'a\uffffb'));
for (const id of ['SC-1', 'SC-2'])
  await eventually(`order ${id}`, async () => (await hub(`/orders/shop:${id}`)).status === 200);
const parcel = { carrier: 'dhl', trackingNumber: 'JD0146000055' };
await expectStatus(
  201,
  'the seller ships',
  hub('/orders/shop:SC-1/fulfillments', { method: 'POST', body: JSON.stringify(parcel) }),
);
await eventually('Scopio is told', async () => {
  const { deliveries } = (await read('/deliveries?order=shop:SC-1')) as { deliveries: Array<{ state: string }> };
  return deliveries.length > 0 && deliveries.every(({ state }) => state === 'succeeded');
});
await eventually('the clock polls', async () => {
  const { connections } = (await read('/connections')) as {
    connections: Array<{ poll: { lastPolledAt: string | null } }>;
  };
  return connections.every(({ poll }) => poll.lastPolledAt !== null);
});
const { queues } = (await read('/dead-letters')) as { queues: Array<{ queue: string; total: number }> };
if (queues.some(({ total }) => total > 0)) throw new Error(`dead letters: ${JSON.stringify(queues)}`);
const rings = await aws(
  'cloudwatch',
  'describe-alarms',
  '--alarm-name-prefix',
  `longshore-${stage}-`,
  '--state-value',
  'ALARM',
);
const names = (rings.MetricAlarms as Array<{ AlarmName: string }>).map(({ AlarmName }) => AlarmName);
if (names.length > 0) throw new Error(`alarms ring: ${names.join(', ')}`);
console.log('✔ no dead letters, no alarms');
