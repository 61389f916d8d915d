import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { putAct } from '#lib/platform/audit';
import { transact } from '#lib/platform/table/table';
import { announceStanding, writeSecretDocument } from './credentials.ts';
import { HUB as ENDPOINTS, putEndpoints, type Unblock } from './endpoints.ts';
import type { ConnectionsFile, FileConnection } from './file.ts';
import { newKey } from './seal.ts';
import { MIN_REFRESH_MS, readSecretIfOurs, type SecretDocument } from './secrets.ts';
import { configurationStore, IN_FORCE_MS } from './store.ts';

interface Hub {
  /** All marketplaces: each has a secret. */
  marketplaces: ReadonlyArray<{ name: string; keepsToken?: boolean }>;
  unblock: Unblock;
  store?: typeof configurationStore;
  secrets?: {
    read: (marketplace: string) => Promise<SecretDocument>;
    write: typeof writeSecretDocument;
    announce?: typeof announceStanding;
  };
  /** The person to name in the audit trail. */
  by?: string | undefined;
  record?: typeof transact;
}

/**
 * Makes a connections file the hub's configuration: settings go to DynamoDB, secrets to Secrets Manager, never both.
 * Runs deliveries again that waited for a connection or for the routes, if these changed. Returns the ids that changed,
 * and `routes` if the routes did.
 */
export async function putConnections(
  file: ConnectionsFile,
  {
    marketplaces,
    unblock,
    store = configurationStore,
    secrets = { read: readSecretIfOurs, write: writeSecretDocument, announce: announceStanding },
    by,
    record = transact,
  }: Hub,
): Promise<string[]> {
  const before = await store.getConfiguration({ maxAgeMs: 0 });
  // First, as only an endpoint may still be refused: then nothing of the file has been written.
  const endpoints = file.endpoints ? await putEndpoints(file.endpoints, { ...ENDPOINTS, store, secrets }) : [];
  const replaced: string[] = [];
  for (const { name, keepsToken = false } of marketplaces) {
    const own = file.connections.filter(({ connection }) => connection.marketplace === name);
    const old = await secrets.read(name);
    const document = documentOf(own, old.tokenKey ?? (keepsToken ? newKey() : undefined));
    if (isDeepStrictEqual(old, document)) await secrets.announce?.(name);
    else await secrets.write(name, document);
    replaced.push(...differing(old, document));
  }
  const connections = new Map(file.connections.map(({ connection }) => [connection.id, connection]));
  const moved = [...connections.values()].filter((is) => !isDeepStrictEqual(before.connections.get(is.id), is));
  for (const connection of moved) await store.putConnection(connection);
  const removed = [...before.connections.values()].filter(({ id }) => !connections.has(id));
  for (const connection of removed) await store.removeConnection(connection, new Date().toISOString());
  const changed = new Set([...replaced, ...[...moved, ...removed].map(({ id }) => id), ...endpoints]);
  const rerouted = !isDeepStrictEqual(before.routes, file.routes);
  if (rerouted) await store.putRoutes(file.routes);
  if (by && (changed.size > 0 || rerouted)) {
    const detail = { changed: [...changed].sort(), routes: rerouted };
    await record([putAct({ act: 'connections.put', about: null, by, at: new Date().toISOString(), detail })]);
  }
  // A carrier's name may be mapped on either side, so a delivery may have waited for any connection.
  if (changed.size > 0) await unblock('connection');
  if (changed.size > 0 || rerouted) await unblock('routes');
  return [...changed, ...(rerouted ? ['routes'] : [])];
}

/** A read that was under way when the configuration changed has ended by then; so has one of a replica far behind. */
const READ_MS = 2_000;

/**
 * Returns once every instance acts on the new configuration: receivers take new secrets at once, however many forgeries
 * arrive. Runs again what was refused meanwhile with old keys, or found no shipper by old routes.
 */
export async function untilInForce(unblock: Unblock, wait: (ms: number) => Promise<unknown> = sleep): Promise<void> {
  await wait(Math.max(IN_FORCE_MS, MIN_REFRESH_MS) + READ_MS);
  await unblock('connection');
  await unblock('routes');
}

function documentOf(entries: readonly FileConnection[], tokenKey: string | undefined): SecretDocument {
  const connections = entries.map(
    ({ connection, secrets, webhookSettings: settings, allowedSources }) =>
      [connection.id, { secrets, settings, ...(allowedSources && { allowedSources }) }] as const,
  );
  return { connections: Object.fromEntries(connections), ...(tokenKey !== undefined && { tokenKey }) };
}

function differing({ connections: old }: SecretDocument, { connections: now }: SecretDocument): string[] {
  const ids = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...ids].filter((id) => !isDeepStrictEqual(old[id], now[id]));
}
