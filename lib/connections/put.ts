import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { unblock } from '#lib/deliveries/reopen';
import { marketplaces } from '#lib/marketplaces/registry';
import { secretId } from '#lib/platform/settings';
import type { ConnectionsFile, FileConnection } from './file.ts';
import { MIN_REFRESH_MS, readSecretIfOurs, type SecretDocument } from './secrets.ts';
import { CONFIG_TTL_MS, getConfiguration, putConnection, putRoutes, removeConnection } from './store.ts';

/**
 * Makes a connections file the hub's configuration: settings to DynamoDB, secrets to Secrets Manager, never both.
 * Deliveries that waited for a connection or for the routes run again when these changed. Returns the ids that changed.
 */
export async function putConnections(file: ConnectionsFile): Promise<string[]> {
  const before = await getConfiguration(Number.POSITIVE_INFINITY);
  const changed = new Set<string>();
  for (const { name } of marketplaces) {
    for (const id of await putSecrets(
      name,
      file.connections.filter(({ connection }) => connection.marketplace === name),
    ))
      changed.add(id);
  }
  for (const { connection } of file.connections) {
    if (isDeepStrictEqual(before.connections.get(connection.id), connection)) continue;
    await putConnection(connection);
    changed.add(connection.id);
  }
  const kept = new Set(file.connections.map(({ connection }) => connection.id));
  for (const [id, connection] of before.connections) {
    if (kept.has(id)) continue;
    await removeConnection(connection, new Date().toISOString());
    changed.add(id);
  }
  const rerouted = !isDeepStrictEqual(before.routes, file.routes);
  if (rerouted) await putRoutes(file.routes);
  // A carrier's word may be mapped on either side, so any changed connection may be what a delivery waited for.
  if (changed.size > 0) await unblock('connection');
  if (changed.size > 0 || rerouted) await unblock('routes');
  return [...changed];
}

/** A read that was under way when the configuration changed has ended by then. */
const READ_MS = 1_000;

/**
 * Returns once every instance acts on what was put: receivers take the new secrets at once, whatever forgeries they are
 * busy with, and what was refused meanwhile with the old keys runs again.
 */
export async function untilInForce(): Promise<void> {
  await sleep(Math.max(CONFIG_TTL_MS, MIN_REFRESH_MS) + READ_MS);
  await unblock('connection');
}

async function putSecrets(marketplace: string, entries: readonly FileConnection[]): Promise<string[]> {
  const { connections: old } = await readSecretIfOurs(marketplace);
  const document: SecretDocument = {
    connections: Object.fromEntries(
      entries.map(({ connection, secrets, webhookSettings }) => [
        connection.id,
        { secrets, settings: webhookSettings },
      ]),
    ),
  };
  const ids = new Set([...Object.keys(old), ...Object.keys(document.connections)]);
  const changed = [...ids].filter((id) => !isDeepStrictEqual(old[id], document.connections[id]));
  if (changed.length > 0)
    await new SecretsManagerClient({}).send(
      new PutSecretValueCommand({ SecretId: secretId(marketplace), SecretString: JSON.stringify(document) }),
    );
  return changed;
}
