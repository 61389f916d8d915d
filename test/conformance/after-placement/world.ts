import { vi } from 'vitest';
import { inboundReceived, packJson } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import { HUB as CLOSING, closeDelivery } from '#lib/attempts/close';
import { HUB as WORK, workDelivery } from '#lib/attempts/work';
import { planSold, reserveSold } from '#lib/catalog/reserve-sold';
import type { Connection } from '#lib/connections/connection';
import { type Delivery, isStopped } from '#lib/deliveries/delivery';
import { findReading } from '#lib/deliveries/fetch-cover';
import { getAttempts, getDeliveries, getDelivery, leaseDelivery, leaseDue, transition } from '#lib/deliveries/ledger';
import { ingest } from '#lib/inbound/ingest';
import { loadConnector } from '#lib/marketplaces/load';
import type { Network } from '#lib/marketplaces/network';
import { roleOf } from '#lib/marketplaces/registry';
import type { Remote } from '#lib/marketplaces/remote';
import { assign, correctAddress } from '#lib/orders/by-hand';
import { changeOrder } from '#lib/orders/change';
import { findNamed } from '#lib/orders/find';
import type { Order } from '#lib/orders/order';
import { returnedUnits } from '#lib/orders/returns';
import { findByRemoteId, getOrder, putRemote } from '#lib/orders/store';
import { createHttp } from '#lib/platform/http/client';
import { memoryTable } from '#test/support/memory-table';
import { arriving, CHANNELS, type ChannelName, type Word } from './channels.ts';
import { type Heard, SHIPPERS, type ShipperName } from './shippers.ts';

/**
 * Where a process dies: after taking in an event, before the worker calls the shipper, or before it records the
 * outcome.
 */
export const CRASHES = ['told', 'leased', 'pushed'] as const;
export type Crash = (typeof CRASHES)[number];

const SHED = 'shed';
/** Another account with the same shipper. */
const OTHER = 'other';
const START = '2026-11-20T10:00:00.000Z';
const died = () => Promise.reject(new Error('the process died'));

/** A hub with one order of a channel, to be shipped by a shipper or by the seller. */
export async function openWorld(channel: ChannelName, shipper: ShipperName | 'erp', crash: Crash) {
  const now = () => new Date();
  const pass = (seconds: number) => void vi.setSystemTime(Date.now() + seconds * 1000);
  vi.setSystemTime(START);
  const table = memoryTable();
  const { id: source, order: orderId, settings = {}, lines } = CHANNELS[channel];
  const [vendor, other] = shipper === 'erp' ? [] : await Promise.all([SHIPPERS[shipper](now), SHIPPERS[shipper](now)]);
  const at = (id: string) => (id === OTHER ? other : vendor);
  const connectionOf = (id: string, marketplace: string, more: object): [string, Connection] => [
    id,
    {
      ...{ id, marketplace, baseUrl: 'https://x.test', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
      ...more,
    },
  ];
  const network: Network = {
    connections: new Map([
      connectionOf(source, channel, { settings }),
      ...(vendor && other ? [connectionOf(SHED, shipper, vendor), connectionOf(OTHER, shipper, other)] : []),
    ]),
    removed: new Map(),
    endpoints: new Map(),
    routes: [{ from: '*', to: vendor ? SHED : 'erp' }],
    roleOf,
  };
  const ringing = { table, ring: async () => {}, now };
  const change: typeof changeOrder = (id, decide, options) => changeOrder(id, decide, options, ringing);
  const getNetwork = async () => network;
  const remoteOf = async (connection: Connection): Promise<Remote> => {
    const budget = {
      ...{ take: async () => {}, pause: async () => {}, failed: async () => {}, succeeded: async () => false },
      isAsking: () => false,
    };
    const { baseUrl, fetch = globalThis.fetch, secrets = {} } = at(connection.id) ?? { baseUrl: '' };
    const http = createHttp({ baseUrl, budget, timeoutMs: 5_000, fetch });
    return { connection, secrets, http, budget, token: async () => '', findProduct: async () => undefined, now };
  };
  const hub: typeof WORK = {
    ...WORK,
    ...{ now, getNetwork, changeOrder: change, ring: async () => {}, openRemote: remoteOf },
    getOrder: (id) => getOrder(id, table),
    findNamed: (connection, resource) => findNamed(connection, resource, table),
    getDelivery: (id) => getDelivery(id, table),
    getDeliveries: (ids) => getDeliveries(ids, table),
    getAttempts: (delivery) => getAttempts(delivery, table),
    leaseDue: (id, marketplace, at) => leaseDue(id, marketplace, at, table),
    leaseDelivery: (delivery, at) => leaseDelivery(delivery, at, table),
    transition: (was, next, also) => transition(was, next, also, table),
    findReading: (delivery) => findReading(delivery, table),
    reserveSold: (order, placing, among) => reserveSold(order, placing, among, ringing),
    planSold: (order, placement, among, found) => planSold(order, placement, among, found, table),
    rememberRemote: async (...about) => void (await table.put(putRemote(...about).Put)),
    findByRemoteId: (connection, remoteId) => findByRemoteId(connection, remoteId, table),
    ...{ renewRemote: async () => undefined, isKnown: async () => false, countStock: async () => 0 },
    ...{
      noteProduct: async () => {},
      deadLetter: async () => {},
      isBeforeRestore: () => false,
      awaySince: async () => null,
    },
    retryPolicyOf: () => ({ limit: 3, intervalSeconds: 300 }),
  };
  const take = (message: InboundReceived) => ingest(message, loadConnector, { table, ring: hub.ring, getNetwork });

  async function receive(message: InboundReceived) {
    if (crash === 'told') await ingest(message, loadConnector, { table, ring: died, getNetwork }).catch(() => {});
    await take(message);
  }

  const crashed = new Set<string>();
  async function work({ id, marketplace }: Delivery) {
    const worker = { connector: await loadConnector(marketplace), ingest: take, hub };
    const dies = (crash === 'leased' || crash === 'pushed') && !crashed.has(id);
    if (dies) {
      crashed.add(id);
      if (crash === 'leased') await leaseDue(id, marketplace, now(), table);
      else await workDelivery(id, { ...worker, hub: { ...hub, transition: died } }).catch(() => {});
      pass(120);
    }
    await workDelivery(id, worker);
    pass(310);
  }

  const order = async (): Promise<Order> => {
    const found = await getOrder(orderId, table);
    if (!found) throw new Error(`${channel} told of no order`);
    return found;
  };
  const heard: string[] = [];
  const deliveries = async () => hub.getDeliveries([...(await order()).deliveries, ...heard]);

  /** Works off everything due at the shipper. */
  async function push() {
    for (let round = 0; round < 40; round++) {
      const due = (await deliveries()).find(
        ({ connection, state }) => connection !== source && (state === 'pending' || state === 'leased'),
      );
      if (!due) return;
      await work(due);
    }
    throw new Error(
      `it does not come to rest: ${JSON.stringify((await deliveries()).map((d) => [d.action, d.state, d.nextAttemptAt, d.cause, d.turnedAway, d.attemptCount]))} ${now().toISOString()}`,
    );
  }

  return {
    async say(word: Word) {
      pass(60);
      await receive(arriving(channel, word, now().toISOString(), vendor?.country ?? 'MX'));
      // Sello has no regions: a person adds it.
      const known = (await order()).shippingAddress.address_region;
      const options = { by: 'me', origin: 'test', network };
      if (!known)
        await change(orderId, (found) => found && correctAddress(found, { address_region: 'Jalisco' }), options);
    },
    push,
    /** The shipper does something; its webhook arrives, and what it makes the hub read is taken in. */
    async hear(what: Heard) {
      pass(60);
      const told = vendor?.tells[what]?.();
      if (!told) throw new Error(`${shipper} does not tell of ${what}`);
      const message = inboundReceived({
        ...{ connection: SHED, topic: told.topic, receivedBy: 'webhook', receivedAt: now().toISOString() },
        ...packJson(told.body),
      });
      const fetched: Delivery[] = [];
      const ring = async (all: readonly Delivery[]) => void fetched.push(...all);
      await ingest(message, loadConnector, { table, ring, getNetwork });
      heard.push(...fetched.map(({ id }) => id));
      await push();
    },
    /** A person gives the mugs to the seller, or to another shipper. */
    async route(to: 'erp' | typeof OTHER) {
      const lineItems = [{ id: lines[0], quantity: 2 }];
      await change(orderId, (found) => found && { order: assign(found, { lineItems, to }, network) }, {
        ...{ by: 'me', origin: 'route', network },
      });
    },
    /** A person does at the shipper what a blocked cancellation asks for. */
    async close() {
      const closing: typeof CLOSING = { ...CLOSING, ...hub };
      for (const each of await deliveries())
        if (each.action === 'cancel' && each.state === 'blocked')
          await closeDelivery(each, { by: 'me', reason: 'done there' }, closing);
    },
    async outcome() {
      const found = await order();
      const all = await deliveries();
      const units = (id: string) => found.own?.find((each) => each.id === id)?.quantity ?? 0;
      const back = returnedUnits(found);
      const stuck = all.filter((each) => each.state === 'blocked' || (each.state === 'dead' && !isStopped(each)));
      return {
        asked: vendor?.orders() ?? [],
        elsewhere: other?.orders() ?? [],
        own: lines.map(units),
        returned: lines.map((id) => back.get(id) ?? 0),
        stuck: stuck.map(({ cause }) => `${cause?.code}: ${cause?.description}`),
      };
    },
    stop: () => Promise.all([vendor?.stop(), other?.stop()]),
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;
