import type { HUB as CLOSING } from '#lib/attempts/close';
import { HUB } from '#lib/attempts/work';
import type { Product } from '#lib/catalog/product';
import type { Connection } from '#lib/connections/connection';
import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import { openDelivery } from '#lib/deliveries/ledger';
import type { Actions } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import { connector as marketful } from '#lib/marketplaces/marketful/index';
import { roleOf } from '#lib/marketplaces/registry';
import type { Remote } from '#lib/marketplaces/remote';
import type { Order } from '#lib/orders/order';

export const NOW = new Date('2026-11-20T10:00:00.000Z');

export const connectionOf = (id: string, marketplace: string): Connection => ({
  ...{ id, marketplace, baseUrl: 'http://remote.test', settings: {} },
  ...{ pollIntervalSeconds: 600, requestsPerMinute: 60 },
});

/** Two shops that sell and a warehouse that ships. */
export const CONNECTIONS = [
  connectionOf('scopio-main', 'scopio'),
  connectionOf('sello-se', 'sello'),
  connectionOf('shed', 'marketful'),
];

/** A due delivery to the warehouse. */
export const deliveryOf = (changes: Partial<NewDelivery>, more: Partial<Delivery> = {}): Delivery => ({
  ...openDelivery(
    {
      ...{ id: 'dlv_1', kind: 'push', action: 'order', connection: 'shed', marketplace: 'marketful' },
      ...{ order: 'scopio-main:ord_8f3a', subject: { lineItems: [{ id: 'li_1', quantity: 2 }] } },
      ...changes,
    },
    NOW.toISOString(),
  ),
  ...more,
});

/** The warehouse's connector with only these actions. */
export const connectorWith = (actions: Actions, changes: Partial<Connector> = {}): Connector => ({
  ...marketful,
  ...changes,
  actions,
});

/** What happened at a fake hub, in order. */
type Seen = [what: string, ...about: unknown[]];

/** A hub that keeps deliveries and orders in memory, and records every other call. */
export function fakeHub({
  orders = [],
  deliveries = [],
  connections = CONNECTIONS,
  product,
  known = false,
  isAsking = false,
  lost = false,
  remotes = {},
}: {
  orders?: Order[];
  deliveries?: Delivery[];
  connections?: Connection[];
  product?: Product;
  known?: boolean;
  /** The remote is away, and this attempt asks whether it is back. */
  isAsking?: boolean;
  /** The ledger was restored from a backup, and lacks everything later. */
  lost?: boolean;
  /** Our order ids by the remote's ids. */
  remotes?: Record<string, string>;
} = {}) {
  const ledger = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const seen: Seen[] = [];
  let sent = 0;
  const remoteOf = (of: Connection): Remote => ({
    connection: of,
    secrets: { key: 'current' },
    http: {
      request: async () => {
        sent += 1;
        return { status: 200, headers: new Headers(), body: {} };
      },
      sent: () => sent,
      lastStatus: () => 200,
    },
    budget: {
      take: async () => {},
      pause: async () => {},
      failed: async () => {},
      succeeded: async () => false,
      isAsking: () => isAsking,
    },
    token: async () => 'token',
    findProduct: async () => product,
    now: () => NOW,
  });
  const hub: typeof HUB & Pick<typeof CLOSING, 'loadConnector'> = {
    ...HUB,
    now: () => NOW,
    getNetwork: async () => ({
      connections: new Map(connections.map((each) => [each.id, each])),
      removed: new Map(),
      endpoints: new Map(),
      routes: [],
      roleOf,
    }),
    getOrder: async (id) => orders.find((order) => order.id === id),
    findNamed: async (_, resource) => orders.find(({ externalId }) => externalId === resource),
    // Decides once and plans nothing.
    changeOrder: async (id, decide) => {
      const before = orders.find((order) => order.id === id) ?? null;
      const decision = (await decide(before)) as Awaited<ReturnType<typeof decide>> & object;
      const { order = before, also = [], timeline = [] } = decision ?? {};
      if (before && order) orders[orders.indexOf(before)] = order;
      for (const { Put } of also) if (Put) ledger.set(String(Put.Item?.id), Put.Item as unknown as Delivery);
      seen.push(['change', ...timeline.map(({ type }) => type)]);
      return { decision, before, order, opened: [] };
    },
    reserveSold: async (order, [placing]) => {
      const units = order.placements.find(({ delivery }) => delivery === placing?.id)?.lineItems ?? [];
      seen.push(['reserve', ...units.map(({ id, quantity }) => `${quantity} ${id}`)]);
    },
    planSold: async (_order, { id }) => [
      {
        id: `${id}_told`,
        kind: 'push',
        action: 'stock',
        connection: 'scopio-main',
        marketplace: 'scopio',
        order: null,
        subject: { sku: 'MUG-RED' },
      },
    ],
    getDelivery: async (id) => ledger.get(id),
    getDeliveries: async (ids) => ids.flatMap((id) => ledger.get(id) ?? []),
    getAttempts: async ({ attempts = [] }) => attempts,
    leaseDue: async (id, marketplace, now) => {
      const found = ledger.get(id);
      if (!found) return {};
      const isDue = [found.nextAttemptAt ?? '', found.updatedAt].every((at) => at <= now.toISOString());
      if (found.state !== 'pending' || !isDue || found.marketplace !== marketplace || found.subject.after)
        return { found };
      return { leased: leaseOf(found, now) };
    },
    leaseDelivery: async (delivery, now) => leaseOf(delivery, now),
    transition: async (was, now, also = []) => {
      seen.push(['transition', now.state, ...(also.length > 0 ? [also] : [])]);
      if (ledger.get(was.id)?.updatedAt !== was.updatedAt) return false;
      ledger.set(was.id, now);
      return true;
    },
    ring: async (rung) => void seen.push(['ring', ...rung.map(({ id }) => id)]),
    deadLetter: async ({ id }) => void seen.push(['dead letter', id]),
    loadConnector: async () => connectorWith({}),
    rememberRemote: async (...remembered) => void seen.push(['remember', ...remembered]),
    findByRemoteId: async (_, remoteId) => remotes[remoteId],
    isKnown: async () => known,
    findReading: async () => null,
    noteProduct: async (...noted) => void seen.push(['note', ...noted]),
    countStock: async () => 7,
    openRemote: async (of) => remoteOf(of),
    renewRemote: async () => undefined,
    bringForward: async ({ id }) => void seen.push(['forward', id]),
    isBeforeRestore: () => lost,
    retryPolicyOf: () => ({ limit: 3, intervalSeconds: 300 }),
    awaySince: async () => null,
  };
  function leaseOf(delivery: Delivery, now: Date): Delivery {
    const at = now.toISOString();
    const lease = { owner: 'me', until: new Date(now.getTime() + 90_000).toISOString(), startedAt: at };
    const leased: Delivery = { ...delivery, state: 'leased', updatedAt: at, lease };
    ledger.set(delivery.id, leased);
    return leased;
  }
  return { hub, seen, ledger };
}
