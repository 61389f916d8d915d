import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { db, getItem, queryPartition } from '#lib/aws/table';
import { tableName } from '#lib/settings';
import type { Connection, Route } from './connection.ts';

const PARTITION = 'CONNECTIONS';
const ROUTES = { pk: 'ROUTES', sk: 'ROUTES' };
/** Workers may act on settings this old; whoever changes settings rings a little later than that. */
export const CONFIG_TTL_MS = 5_000;

export interface Configuration {
  connections: ReadonlyMap<string, Connection>;
  routes: readonly Route[];
}

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
  const [items, routes] = await Promise.all([
    queryPartition<Connection>(PARTITION),
    getItem<{ routes: Route[] }>(ROUTES),
  ]);
  const connections = items.map(({ pk: _pk, sk: _sk, ...connection }) => connection as Connection);
  return {
    connections: new Map(connections.map((connection) => [connection.id, connection])),
    routes: routes?.routes ?? [],
  };
}

export async function putConnection(connection: Connection): Promise<void> {
  await db.send(new PutCommand({ TableName: tableName(), Item: { ...connection, pk: PARTITION, sk: connection.id } }));
  cached = undefined;
}

/** Its orders and deliveries stay; they go on when the connection comes back. */
export async function deleteConnection(id: string): Promise<void> {
  await db.send(new DeleteCommand({ TableName: tableName(), Key: { pk: PARTITION, sk: id } }));
  cached = undefined;
}

export async function putRoutes(routes: readonly Route[]): Promise<void> {
  await db.send(new PutCommand({ TableName: tableName(), Item: { ...ROUTES, routes } }));
  cached = undefined;
}
