import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SelloSandbox, startSelloSandbox } from '#sandbox/marketplaces/sello/index';
import { eventually, freePort, type HubProcess, startHubProcess } from '../support/hub.ts';
import type { ShownDelivery, ShownEvent, ShownOrder } from '../support/shown.ts';

/** A quarter of these may burst; the other orders wait for the rate limit. */
const PER_MINUTE = 240;
const ORDERS = 68;

let sello: SelloSandbox;
let hub: HubProcess;
beforeAll(async () => {
  const port = await freePort();
  const url = (topic: string) => `http://127.0.0.1:${port}/webhooks/sello/sello-se/${topic}/url-secret`;
  const webhooks = { orderNew: url('order-new'), orderPaid: url('order-paid'), orderUpdated: url('order-updated') };
  sello = await startSelloSandbox({ apiKey: 'key', requestsPerMinute: PER_MINUTE, webhooks });
  hub = await startHubProcess({
    port,
    workers: 0,
    env: { POLL_INTERVAL_SECONDS: '3600' },
    connections: {
      connections: [
        {
          id: 'sello-se',
          marketplace: 'sello',
          baseUrl: sello.baseUrl,
          secrets: { apiKey: 'key', webhookSecret: 'url-secret' },
          requestsPerMinute: PER_MINUTE,
        },
      ],
      routes: [{ from: '*', to: 'erp' }],
    },
  });
});
afterAll(async () => {
  await hub?.stop();
  await sello?.stop();
});

test('a burst of events for many orders: none lost, the limit kept, each read once for what was known', async () => {
  const placed = sello.place({ count: ORDERS });
  // While the last fetches wait, these orders are told twice more, but not while a worker finds that there is no room
  // yet.
  const isWaiting = async () => {
    const all = await fetches();
    return all.length >= ORDERS && all.every(({ state }) => state !== 'leased');
  };
  await eventually(isWaiting, 'the first fetches');
  for (const { id } of placed.slice(-6)) await notify(id);
  const all = async () => (await allOf<ShownOrder>('orders')).length === ORDERS && (await isQuiet());
  await eventually(all, 'every order');
  const { requests } = (await (await fetch(`${sello.url}/_sandbox/requests`)).json()) as {
    requests: Array<{ status: number }>;
  };
  expect(requests.filter(({ status }) => status === 429)).toEqual([]);

  const events = await allOf<ShownEvent & { receivedAt: string }>('events');
  const begun = ({ attempts }: ShownDelivery) => attempts.at(-1)?.startedAt ?? '';
  for (const reads of Map.groupBy(await fetches(), ({ subject }) => subject.resource).values()) {
    const told = events.filter(({ note }) => reads.some(({ id }) => note?.endsWith(id)));
    // A fetch that found everything read already made no call.
    const called = reads.filter(({ attempts }) => attempts.at(-1)?.httpStatus !== undefined);
    const [first, ...others] = called.sort((a, b) => (begun(a) < begun(b) ? -1 : 1)).map(begun);
    expect(reads.map(({ state }) => state)).toEqual(reads.map(() => 'succeeded'));
    let last = first ?? '';
    for (const next of others) {
      const news = told.filter(({ receivedAt }) => receivedAt > last && receivedAt <= next);
      expect(news, JSON.stringify({ reads, told })).not.toEqual([]);
      last = next;
    }
  }
});

type Fetch = ShownDelivery & { subject: { resource: string } };
const fetches = async () => (await allOf<Fetch>('deliveries')).filter(({ kind }) => kind === 'fetch');

const notify = (id: number) =>
  fetch(`${sello.url}/_sandbox/orders/${id}/notify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hooks: ['orderUpdated', 'orderNew'] }),
  });

/** What workers have in hand is still to finish. */
const isQuiet = async () =>
  (await allOf<ShownDelivery>('deliveries')).every(({ state }) => state !== 'pending' && state !== 'leased');

async function allOf<T>(list: string): Promise<T[]> {
  const all: T[] = [];
  let cursor = '';
  do {
    const page = await hub.get<Record<string, T[]> & { cursor?: string }>(`/${list}?limit=200&cursor=${cursor}`);
    all.push(...(page[list] ?? []));
    cursor = page.cursor ?? '';
  } while (cursor);
  return all;
}
