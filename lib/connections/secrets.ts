import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { WebhookCredentials } from '#lib/marketplaces/contract';
import { secretId } from '#lib/settings';

/** One secret a marketplace: what its connections must keep, and the settings their receivers verify with. */
export interface SecretDocument {
  connections: Record<string, WebhookCredentials>;
}

const TTL_MS = 60_000;
/** After a failed check the secret is read anew, but not more often than this however many forgeries arrive. */
const MIN_REFRESH_MS = 5_000;

const EMPTY = '{"connections":{}}';

const client = new SecretsManagerClient({});
const cache = new Map<string, { at: number; document: Promise<SecretDocument> }>();

/** A connection's credentials; undefined for a connection that the marketplace's secret does not name. */
export async function getCredentials(
  marketplace: string,
  connection: string,
  maxAgeMs = TTL_MS,
): Promise<WebhookCredentials | undefined> {
  const { connections } = await readSecret(marketplace, maxAgeMs);
  return Object.hasOwn(connections, connection) ? connections[connection] : undefined;
}

/** As `getCredentials`, for a check that just failed: a rotation may be newer than the cache. */
export const refreshCredentials = (marketplace: string, connection: string): Promise<WebhookCredentials | undefined> =>
  getCredentials(marketplace, connection, MIN_REFRESH_MS);

function readSecret(marketplace: string, maxAgeMs: number): Promise<SecretDocument> {
  const entry = cache.get(marketplace);
  const now = Date.now();
  if (entry && now - entry.at < maxAgeMs) return entry.document;
  // While Secrets Manager is away the last good secret serves.
  const document = readSecretDocument(marketplace).catch((error) => {
    if (!entry) cache.delete(marketplace);
    if (!entry) throw error;
    return entry.document;
  });
  cache.set(marketplace, { at: now, document });
  return document;
}

/** A marketplace's secret as it stands now, past the cache. A new deployment's has no version yet. */
export async function readSecretDocument(marketplace: string): Promise<SecretDocument> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId(marketplace) }));
    return JSON.parse(SecretString ?? EMPTY) as SecretDocument;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return JSON.parse(EMPTY) as SecretDocument;
    throw error;
  }
}
