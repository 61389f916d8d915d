import { workDelivery as work } from '#lib/attempts/work';
import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import { getAttempts, getDelivery, openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ingest } from '#lib/inbound/ingest';
import type { PlaceInput, ProbedAction, RemoteContext } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import { connector as marketful } from '#lib/marketplaces/marketful/index';
import { applySnapshot } from '#lib/orders/snapshot';
import { RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { transact } from '#lib/platform/table/table';
import { queues } from '#lib/topology';
import { type InProcess, startInProcess } from './in-process.ts';
import { snapshotOf, sourceOf } from './orders.ts';
import { putOrder } from './put-order.ts';

const NOBODY = 'http://127.0.0.1:9';

const shed = (id: string, accessToken: string, baseUrl = NOBODY) => ({
  id,
  marketplace: 'marketful',
  baseUrl,
  secrets: { accessToken, userId: `user-of-${id}`, webhookSecret: 'w' },
});
const shop = {
  id: 'shop',
  marketplace: 'scopio',
  baseUrl: NOBODY,
  secrets: { apiKey: 'shop-key', webhookSecret: 'w' },
};

/** The connections file with this key, and optionally this address, for the first warehouse. */
export const shedsWith = (accessToken: string, baseUrl?: string) => ({
  connections: [shop, shed('shed-a', accessToken, baseUrl), shed('shed-b', 'token-b')],
});

/** A shop and two warehouses that do not exist, for workers called in this process. */
export const startWorkers = (): Promise<InProcess> => startInProcess(shedsWith('token-a'));

/** Forgets the previous test's messages. */
export async function emptyQueues(hub: InProcess): Promise<void> {
  for (const { name, deadLetterQueue } of queues) await Promise.all([hub.drain(name), hub.drain(deadLetterQueue)]);
}

let count = 0;
/** Stores an order and a due delivery of it. */
export async function open(changes: Partial<NewDelivery> = {}): Promise<string> {
  count += 1;
  const snapshot = snapshotOf({ externalId: `ord_${count}`, number: `N-${count}` });
  const { order } = applySnapshot(null, snapshot, sourceOf(0, { connection: 'shop' }));
  await putOrder(order);
  const asked: NewDelivery = {
    id: `dlv_${count}`,
    kind: 'push',
    action: 'order',
    connection: 'shed-a',
    marketplace: 'marketful',
    order: order.id,
    subject: { lineItems: [{ id: 'li_1', quantity: 2 }] },
    ...changes,
  };
  await transact([putNewDelivery(openDelivery(asked, new Date().toISOString()))]);
  return asked.id;
}

/** Works a delivery as that connector's pusher does. */
export const workDelivery = (id: string, connector: Connector): Promise<void> => work(id, { connector, ingest });

/** The delivery as the ledger has it now. */
export const read = async (id: string): Promise<Delivery> => {
  const delivery = await getDelivery(id);
  if (!delivery) throw new Error(`no delivery ${id}`);
  return delivery;
};
/** The outcome of each attempt: its code, if there is one. */
export const outcomes = async (id: string) =>
  (await getAttempts(await read(id))).map(({ outcome, code }) => code ?? outcome);

/** Marketful's connector with another placement; `calls` lists what it was asked to do. */
export function fake({ push = async () => ({}), probe = async () => null }: Partial<ProbedAction<PlaceInput>> = {}) {
  const calls: string[] = [];
  const remotes: RemoteContext[] = [];
  const note =
    <Done>(what: string, run: (remote: RemoteContext, input: PlaceInput) => Promise<Done>) =>
    (remote: RemoteContext, input: PlaceInput) => {
      calls.push(what);
      remotes.push(remote);
      return run(remote, input);
    };
  const order = { push: note('push', push), probe: note('probe', probe) };
  return { calls, remotes, connector: { ...marketful, actions: { ...marketful.actions, order } } };
}

export const lost = () => Promise.reject(new UnknownOutcomeError({ code: 'timeout', description: 'no answer' }));
export const refused = () => Promise.reject(new RetryableError({ code: 'http_503', description: 'busy' }));
