import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Connector } from '#lib/marketplaces/contract';
import { applySnapshot } from '#lib/orders/snapshot';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { MUGS, PLATE, snapshotOf, sourceOf } from './support/orders.ts';
import { putOrder } from './support/put-order.ts';

const AWAY = 'http://127.0.0.1:9';
const file = {
  connections: [
    { id: 'shop', marketplace: 'scopio', baseUrl: AWAY, secrets: { apiKey: 'k', webhookSecret: 'w' } },
    {
      id: 'shed',
      marketplace: 'marketful',
      baseUrl: AWAY,
      secrets: { accessToken: 't', userId: 'u', webhookSecret: 'w' },
    },
  ],
};

let hub: InProcess;
let document: typeof import('#lib/platform/table/document');
let ledger: typeof import('#lib/deliveries/ledger');
let cursor: typeof import('#lib/polling/cursor');
/** Nothing is fetched here. */
const ingest = async () => {};
let workDelivery: typeof import('#lib/attempts/work').workDelivery;
let marketful: Connector;
beforeAll(async () => {
  vi.stubEnv('RETRY_INTERVAL_SECONDS', '0');
  hub = await startInProcess(file);
  document = await import('#lib/platform/table/document');
  ledger = await import('#lib/deliveries/ledger');
  cursor = await import('#lib/polling/cursor');
  ({ workDelivery } = await import('#lib/attempts/work'));
  marketful = (await import('#lib/marketplaces/marketful/index')).connector;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
});

/** The fate of the next request of this operation about `text`: refused for good, or done with its answer lost. */
let fault: { operation: string; text: string; kind: 'refused' | 'answer-lost' } | undefined;
beforeAll(() => {
  const { requestHandler } = document.client.config;
  const send = requestHandler.handle.bind(requestHandler);
  // Below the SDK's own retries, where the network is.
  requestHandler.handle = async (request, options) => {
    const isHit =
      fault &&
      request.headers['x-amz-target']?.endsWith(`.${fault.operation}`) &&
      String(request.body).includes(fault.text);
    if (!fault || !isHit) return send(request, options);
    const { kind } = fault;
    fault = undefined;
    if (kind === 'refused') throw new Error('DynamoDB is away');
    await send(request, options);
    throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
  };
});
afterEach(() => expect(fault, 'the fault was met').toBeUndefined());

let count = 0;
async function open(): Promise<Delivery> {
  count += 1;
  const snapshot = snapshotOf({
    externalId: `ord_${count}`,
    number: `N-${count}`,
    lines: [{ ...MUGS, sku: `SKU-${count}` }, PLATE],
  });
  const { order } = applySnapshot(null, snapshot, sourceOf(0, { connection: 'shop' }));
  const asked = {
    id: `dlv_${count}`,
    kind: 'push' as const,
    action: 'order',
    connection: 'shed',
    marketplace: 'marketful',
    order: order.id,
    subject: { lineItems: [{ id: 'li_1', quantity: 2 }] },
  };
  const [opened] = await putOrder(order, { deliveries: [asked] });
  if (!opened) throw new Error('not opened');
  return opened;
}

/** A warehouse that accepts whatever it is told, and says so when asked. */
function warehouse() {
  const calls: string[] = [];
  const remoteId = String(count);
  const push = async () => {
    calls.push('push');
    return { remoteId };
  };
  const probe = async () => {
    calls.push('probe');
    return calls.includes('push') ? { remoteId } : null;
  };
  return { calls, connector: { ...marketful, actions: { ...marketful.actions, order: { push, probe } } } };
}

test.each([
  ['the success itself', 'PutItem', '"succeeded"'],
  ["the remote's own id of it", 'PutItem', 'REMOTE#'],
  ['the product it shows', 'PutItem', 'PRODUCT#'],
])(
  'accepted there but not on record here, as %s could not be written: read back, not pushed again',
  async (_what, operation, text) => {
    const { id } = await open();
    const { calls, connector } = warehouse();
    fault = { operation, text, kind: 'refused' };
    await workDelivery(id, { connector, ingest });
    expect(await ledger.getDelivery(id)).toMatchObject({ state: 'pending', unknown: true, failures: 1 });
    await workDelivery(id, { connector, ingest });
    expect(calls).toEqual(['push', 'probe']);
    expect(await ledger.getDelivery(id)).toMatchObject({ state: 'succeeded', attemptCount: 2 });
  },
);

test('a lease that stands although the answer to it was lost is worked at once, not after it has run out', async () => {
  const { id } = await open();
  const { calls, connector } = warehouse();
  fault = { operation: 'UpdateItem', text: id, kind: 'answer-lost' };
  await workDelivery(id, { connector, ingest });
  expect(calls).toEqual(['push']);
  expect(await ledger.getDelivery(id)).toMatchObject({ state: 'succeeded', attemptCount: 1 });
});

test("a poller's lease that stands although the answer to it was lost is its own", async () => {
  fault = { operation: 'UpdateItem', text: 'CURSOR#shop', kind: 'answer-lost' };
  const leased = await cursor.leaseCursor('shop', new Date());
  expect((await cursor.getCursor('shop'))?.lease).toEqual(leased?.lease);
  expect(leased).toBeDefined();
  expect(await cursor.leaseCursor('shop', new Date())).toBeUndefined();
});
