import { tableName } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, getItem, queryPartition } from '#lib/platform/table/table';
import type { Connection, RemovedConnection, Route } from './connection-schema.ts';

export type { RemovedConnection };

/** Workers may act on settings this old; whoever changes settings rings a little later than that. */
export const CONFIG_TTL_MS = 5_000;

export interface Configuration {
  connections: ReadonlyMap<string, Connection>;
  removed: ReadonlyMap<string, RemovedConnection>;
  routes: readonly Route[];
}

/** The ids of all connections there ever were: orders, events and deliveries outlive their connection. */
export const everyConnection = ({ connections, removed }: Configuration): string[] => [
  ...connections.keys(),
  ...removed.keys(),
];

let cached: { at: number; value: Promise<Configuration> } | undefined;

/** All connections and routes, at most CONFIG_TTL_MS old. */
export function getConfiguration(now = Date.now()): Promise<Configuration> {
  if (!cached || now - cached.at > CONFIG_TTL_MS) {
    const value = readConfiguration();
    cached = { at: now, value };
    // A failed read must not be served until it is old.
    value.catch(() => {
      cached = undefined;
    });
  }
  return cached.value;
}

async function readConfiguration(): Promise<Configuration> {
  const [rows, routes] = await Promise.all([
    queryPartition<Connection | RemovedConnection>(items.connection.partition()),
    getItem<{ routes: Route[] }>(items.routes.key()),
  ]);
  const connections = new Map<string, Connection>();
  const removed = new Map<string, RemovedConnection>();
  for (const { pk: _pk, sk: _sk, ...item } of rows) {
    if ('removedAt' in item) removed.set(item.id, item);
    else connections.set(item.id, item as Connection);
  }
  return { connections, removed, routes: routes?.routes ?? [] };
}

export async function putConnection(connection: Connection): Promise<void> {
  await db.put({ TableName: tableName(), Item: { ...connection, ...items.connection.key(connection) } });
  cached = undefined;
}

/** Only its name stays; its orders and deliveries go on when the connection comes back. */
export async function removeConnection({ id, marketplace }: Connection, removedAt: string): Promise<void> {
  const removed: RemovedConnection = { id, marketplace, removedAt };
  await db.put({ TableName: tableName(), Item: { ...removed, ...items.connection.key(removed) } });
  cached = undefined;
}

export async function putRoutes(routes: readonly Route[]): Promise<void> {
  await db.put({ TableName: tableName(), Item: { ...items.routes.key(), routes } });
  cached = undefined;
}
