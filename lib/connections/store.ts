import { randomUUID } from 'node:crypto';
import { cached } from '#lib/platform/cache';
import { ENDPOINT } from '#lib/platform/names';
import * as items from '#lib/platform/table/items';
import { bare, db, getItem, type Item, queryPartition } from '#lib/platform/table/table';
import type { Connection, RemovedConnection, Route } from './connection-schema.ts';
import type { Endpoint } from './endpoint-schema.ts';

/** Workers may act on settings this old; whoever changes settings rings a little later than that. */
export const CONFIG_TTL_MS = 5_000;
/** Then they have read settings anew that changed now, from a replica that was a second behind. */
export const IN_FORCE_MS = CONFIG_TTL_MS + 1_000;

/**
 * Routes are held while their version stands beside the connections. An older version of Longshore puts routes without
 * naming a version: those are in force this late.
 */
const ROUTES_TTL_MS = 3_600_000;

export interface Accounts {
  connections: ReadonlyMap<string, Connection>;
  /** Includes removed endpoints, whose marketplace is `endpoint`. */
  removed: ReadonlyMap<string, RemovedConnection>;
  endpoints: ReadonlyMap<string, Endpoint>;
}

export interface Configuration extends Accounts {
  routes: readonly Route[];
}

/** The ids of all connections there ever were: orders, events and deliveries outlive their connection. */
export const everyConnection = ({ connections, removed }: Accounts): string[] => [
  ...connections.keys(),
  ...[...removed.values()].filter(({ marketplace }) => marketplace !== ENDPOINT).map(({ id }) => id),
];

/** Everyone that deliveries were ever for, by the name they use: connections, and endpoints under `endpoint`. */
export const everyAccount = ({ connections, removed, endpoints }: Accounts) => [
  ...connections.values(),
  ...removed.values(),
  ...[...endpoints.keys()].map((id) => ({ id, marketplace: ENDPOINT })),
];

/** All connections and routes, as the table has them. */
export function createConfigurationStore(table = db, clock = () => Date.now()) {
  let writtenAt = Number.NEGATIVE_INFINITY;
  /**
   * What may be a few seconds old is read with eventual consistency, at half the price: DynamoDB is then behind by about
   * a second, and whoever changes settings rings later than that. Who has just changed them reads its own change.
   */
  const isStrong = (maxAgeMs: number): boolean => maxAgeMs === 0 || clock() - writtenAt < CONFIG_TTL_MS;
  const rows = cached(CONFIG_TTL_MS, (_, maxAgeMs) => readRows(table, isStrong(maxAgeMs)), { clock });
  const routes = cached(ROUTES_TTL_MS, () => readRoutes(table), { clock, maxEntries: 1 });
  const WHOLE = '';

  async function getConfiguration(age?: { maxAgeMs: number }): Promise<Configuration> {
    const found = await rows.get(WHOLE, age);
    return { ...found, routes: await routes.get(found.routesVersion, age) };
  }

  async function put<T extends object>(item: Item<T>): Promise<void> {
    await table.put({ Item: item });
    noteWritten();
  }

  function noteWritten(): void {
    writtenAt = clock();
    rows.forget(WHOLE);
  }

  // What these read is at most CONFIG_TTL_MS old.
  return {
    getConfiguration,
    getAccounts: (): Promise<Accounts> => rows.get(WHOLE),
    getEndpoints: async (): Promise<Accounts['endpoints']> => (await rows.get(WHOLE)).endpoints,
    putConnection: (connection: Connection): Promise<void> =>
      put({ ...connection, ...items.connection.key(connection) }),
    /** Only its name stays; its orders and deliveries continue when the connection comes back. */
    removeConnection: ({ id, marketplace }: Connection, removedAt: string): Promise<void> =>
      put<RemovedConnection>({ id, marketplace, removedAt, ...items.connection.key({ id }) }),
    /**
     * An endpoint of the same name may just have been removed, and workers may still know that one. The `since` of the
     * state keeps them from sending that one's changes to this one.
     */
    async addEndpoint(endpoint: Endpoint): Promise<void> {
      await table.put({ Item: { since: endpoint.since, ...items.endpointState.key(endpoint) } });
      await put({ ...endpoint, ...items.endpoint.key(endpoint) });
    },
    putEndpoint: (endpoint: Endpoint): Promise<void> => put({ ...endpoint, ...items.endpoint.key(endpoint) }),
    removeEndpoint: ({ id }: Endpoint, removedAt: string): Promise<void> =>
      put<RemovedConnection>({ id, marketplace: ENDPOINT, removedAt, ...items.endpoint.key({ id }) }),
    async putRoutes(routes: readonly Route[]): Promise<void> {
      // Functions of the version before take what has `removedAt` for an endpoint that was removed.
      const asRemoved: RemovedConnection = { id: 'routes', marketplace: ENDPOINT, removedAt: new Date().toISOString() };
      const version = { ...asRemoved, routesVersion: randomUUID(), ...items.routesVersion.key() };
      await table.transactWrite([{ Put: { Item: { routes, ...items.routes.key() } } }, { Put: { Item: version } }]);
      noteWritten();
    },
  };
}

async function readRoutes(table: typeof db): Promise<Route[]> {
  return (await getItem<{ routes: Route[] }>(items.routes.key(), table))?.routes ?? [];
}

type Row = Connection | RemovedConnection | Endpoint | { routesVersion: string };

async function readRows(table: typeof db, ConsistentRead: boolean): Promise<Accounts & { routesVersion: string }> {
  const rows = await queryPartition<Row>(items.connection.partition(), { table, ConsistentRead });
  const connections = new Map<string, Connection>();
  const removed = new Map<string, RemovedConnection>();
  const endpoints = new Map<string, Endpoint>();
  let routesVersion = '';
  for (const row of rows) {
    const item = bare(row);
    if ('routesVersion' in item) routesVersion = item.routesVersion;
    else if ('removedAt' in item) removed.set(item.id, item);
    else if ('profile' in item) endpoints.set(item.id, item);
    else connections.set(item.id, item);
  }
  return { connections, removed, endpoints, routesVersion };
}

export const configurationStore = createConfigurationStore();
export const { getConfiguration, getAccounts, getEndpoints } = configurationStore;

/**
 * Whether a marketplace has several accounts, whose messages share a queue. Only then they name their group, by which
 * SQS serves a queue fairly: a name makes a message a quarter dearer.
 */
export async function sharesQueue(marketplace: string): Promise<boolean> {
  const { connections, endpoints } = await getAccounts();
  if (marketplace === ENDPOINT) return endpoints.size > 1;
  return [...connections.values()].filter((each) => each.marketplace === marketplace).length > 1;
}
