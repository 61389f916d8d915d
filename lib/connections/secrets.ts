import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { WebhookCredentials } from '#lib/marketplaces/contract';
import { secretId } from '#lib/platform/settings';

/** One secret a marketplace: what its connections must keep, and the settings their receivers verify with. */
export interface SecretDocument {
  connections: Record<string, WebhookCredentials>;
}

/** What a webhook may prove itself with: the version of now and, until it is retired, the one before. */
export interface ActiveCredentials {
  current: WebhookCredentials | undefined;
  previous: WebhookCredentials | undefined;
  /** Secrets Manager did not answer: these are the last that were read, and what fails with them is undecided. */
  failure?: unknown;
}

const TTL_MS = 60_000;
/** After a failed check the versions are read anew, but not more often than this however many forgeries arrive. */
export const MIN_REFRESH_MS = 1_000;

const NONE: SecretDocument = { connections: {} };

/** The whole of both. */
export interface SecretVersions {
  current: SecretDocument;
  previous: SecretDocument;
  failure?: unknown;
}

const client = new SecretsManagerClient({});
const cache = new Map<string, { at: number; document: Promise<SecretDocument> }>();
const refreshes = new Map<string, { at: number; versions: Promise<SecretVersions> }>();

/** A connection's credentials; undefined for a connection that the marketplace's secret does not name. */
export async function getCredentials(
  marketplace: string,
  connection: string,
  maxAgeMs = TTL_MS,
): Promise<WebhookCredentials | undefined> {
  return pick(await readCached(marketplace, maxAgeMs), connection);
}

/**
 * What counts for a check that just failed: a rotation may be newer than the cache, or the event older than the
 * rotation. Both versions are read, at most every MIN_REFRESH_MS; a check that succeeds never comes here.
 */
export async function refreshCredentials(marketplace: string, connection: string): Promise<ActiveCredentials> {
  const now = Date.now();
  let refresh = refreshes.get(marketplace);
  if (!refresh || now - refresh.at >= MIN_REFRESH_MS) {
    refresh = { at: now, versions: refreshVersions(marketplace, now, refresh?.versions) };
    refreshes.set(marketplace, refresh);
  }
  const { failure, ...versions } = await refresh.versions;
  return { ...pickActive(versions, connection), failure };
}

async function refreshVersions(
  marketplace: string,
  now: number,
  last?: Promise<SecretVersions>,
): Promise<SecretVersions> {
  try {
    const versions = await readSecretVersions(marketplace);
    cache.set(marketplace, { at: now, document: Promise.resolve(versions.current) });
    return versions;
  } catch (failure) {
    return { previous: NONE, ...(await last), current: await readCached(marketplace, TTL_MS), failure };
  }
}

function readCached(marketplace: string, maxAgeMs: number): Promise<SecretDocument> {
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

/** What stands there is no document of ours. Its words are left out: they may be a secret. */
export class UnreadableSecretError extends Error {}

/** A marketplace's secret as it stands now, past the cache. A new deployment's has no version yet. */
export async function readSecretDocument(marketplace: string, VersionStage = 'AWSCURRENT'): Promise<SecretDocument> {
  const request = new GetSecretValueCommand({ SecretId: secretId(marketplace), VersionStage });
  try {
    const { SecretString } = await client.send(request);
    return SecretString ? parse(SecretString, marketplace) : NONE;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return NONE;
    throw error;
  }
}

function parse(text: string, marketplace: string): SecretDocument {
  try {
    const document = JSON.parse(text) as SecretDocument;
    if (typeof document.connections === 'object') return document;
  } catch {
    // Told below, as for any other text.
  }
  throw new UnreadableSecretError(`the secret of ${marketplace} is not a document of connections`);
}

/** The same where what is not ours counts as nothing. */
export const readSecretIfOurs = (marketplace: string, stage?: string): Promise<SecretDocument> =>
  readSecretDocument(marketplace, stage).catch((error) => {
    if (error instanceof UnreadableSecretError) return NONE;
    throw error;
  });

/** Both versions of a marketplace's secret as they stand now. */
export async function readSecretVersions(marketplace: string): Promise<SecretVersions> {
  // In this order a rotation between the two reads is seen as not yet begun; in the other the old secret would be missed.
  const current = await readSecretDocument(marketplace);
  return { current, previous: await readSecretIfOurs(marketplace, 'AWSPREVIOUS') };
}

/** A connection's part of both versions. What the present version does not name is not known, whatever came before. */
export function pickActive({ current: now, previous: before }: SecretVersions, connection: string): ActiveCredentials {
  const current = pick(now, connection);
  const previous = current && pick(before, connection);
  return { current, previous: previous && withoutOlder(previous) };
}

const pick = ({ connections }: SecretDocument, connection: string): WebhookCredentials | undefined =>
  Object.hasOwn(connections, connection) ? connections[connection] : undefined;

/** Its own secret and not the ones before that, which somebody may have taken away on purpose. */
const withoutOlder = ({ secrets, settings }: WebhookCredentials): WebhookCredentials => ({
  secrets: Object.fromEntries(Object.entries(secrets).filter(([name]) => !name.startsWith('previous'))),
  settings,
});
