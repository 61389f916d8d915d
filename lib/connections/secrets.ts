import { setTimeout as sleep } from 'node:timers/promises';
import { cached } from '#lib/platform/cache';
import { BlockedError } from '#lib/platform/errors';
import { readJson } from '#lib/platform/json';
import { readVersion, type Stage } from '#lib/platform/secret';
import { errorFields, log } from '#lib/platform/telemetry/log';
import type { WebhookCredentials } from './connection.ts';

/** The one secret of a marketplace: its connections' secrets, and the settings their receivers verify with. */
export interface SecretDocument {
  connections: Record<string, WebhookCredentials>;
  /** Seals the access tokens that the table keeps for a marketplace. */
  tokenKey?: string;
  /** The keys that sign UCP's order events; only in the secret of the endpoints. */
  ucpKeys?: unknown;
}

/** What a webhook may be signed with: the present version and, until it is retired, the one before. */
export interface ActiveCredentials {
  current: WebhookCredentials | undefined;
  previous: WebhookCredentials | undefined;
  /** Secrets Manager did not answer: these are the last ones read, and a check they fail decides nothing. */
  failure?: unknown;
}

/** How long a read or a look-up is trusted: a secret that the hub itself replaces is out of use this soon. */
const TTL_MS = 60_000;
/**
 * How long a version is held while the table names it. One that was replaced past the hub is found by a poller within
 * an hour (`watchSecret`), and gets this old only if none runs.
 */
const HELD_MS = 6 * 3600_000;
/** If the table takes longer than this, the secret is read. */
const LOOK_MS = 1_000;
/** After a failed check the versions are read anew, but no more often than this however many forgeries arrive. */
export const MIN_REFRESH_MS = 1_000;

const NONE: SecretDocument = { connections: {} };

/** Both versions of a marketplace's secret, with all of its connections; `id` is the present one's. */
export interface SecretVersions {
  current: SecretDocument;
  previous: SecretDocument;
  id?: string | undefined;
  failure?: unknown;
}

/** Reads a marketplace's secret as it stands. In a new deployment it has no version yet. */
export type ReadSecret = (marketplace: string, stage?: Stage) => Promise<SecretVersion>;
export interface SecretVersion {
  document: SecretDocument;
  id?: string | undefined;
}

/**
 * What functions know of secrets; while Secrets Manager is away, the last good ones serve. `announced` reads the
 * version that the table names: a request to the table is a fortieth of the price of one to Secrets Manager.
 */
export function createCredentials({
  announced,
  read = readSecretVersion,
  clock = () => Date.now(),
}: {
  announced: (marketplace: string) => Promise<string | undefined>;
  read?: ReadSecret;
  clock?: () => number;
}) {
  const reads = cached(Number.POSITIVE_INFINITY, readNow, { clock, servesLast: true });
  const looks = cached(TTL_MS, look, { clock });
  const versions = cached(MIN_REFRESH_MS, refresh, { clock });
  const previous = new Map<string, SecretDocument>();

  async function readNow(marketplace: string): Promise<SecretVersion & { at: number }> {
    const at = clock();
    return { at, ...(await read(marketplace)) };
  }

  /** Undefined if the table does not answer: then what is held counts as replaced. */
  async function look(marketplace: string): Promise<string | undefined> {
    try {
      return await Promise.race([announced(marketplace), sleep(LOOK_MS, undefined, { ref: false })]);
    } catch (error) {
      log.warn('the version of a secret was not found', { marketplace, ...errorFields(error) });
      return undefined;
    }
  }

  /** The secret read at most `maxAgeMs` ago; without that, the version that the table names. */
  async function documentOf(marketplace: string, maxAgeMs?: number): Promise<SecretDocument> {
    const held = await reads.get(marketplace, maxAgeMs === undefined ? {} : { maxAgeMs });
    const age = clock() - held.at;
    if (maxAgeMs !== undefined || age < TTL_MS) return held.document;
    if (age < HELD_MS && held.id !== undefined && (await looks.get(marketplace)) === held.id) return held.document;
    return (await reads.get(marketplace, { maxAgeMs: TTL_MS })).document;
  }

  async function refresh(marketplace: string): Promise<SecretVersions> {
    try {
      const at = clock();
      const found = await readSecretVersions(marketplace, read);
      reads.put(marketplace, Promise.resolve({ at, id: found.id, document: found.current }));
      previous.set(marketplace, found.previous);
      return found;
    } catch (failure) {
      const current = await documentOf(marketplace);
      return { current, previous: previous.get(marketplace) ?? NONE, failure };
    }
  }

  return {
    /** A connection's credentials; undefined for a connection that the marketplace's secret does not have. */
    async getCredentials(marketplace: string, connection: string, maxAgeMs?: number) {
      return pick(await documentOf(marketplace, maxAgeMs), connection);
    },
    /** Whether a marketplace has several connections, without a read of the table. */
    async sharesQueue(marketplace: string): Promise<boolean> {
      return Object.keys((await documentOf(marketplace)).connections).length > 1;
    },
    /** The key that seals a marketplace's tokens. */
    async getTokenKey(marketplace: string, maxAgeMs?: number): Promise<string | undefined> {
      return (await documentOf(marketplace, maxAgeMs)).tokenKey;
    },
    /**
     * The credentials for a check that has just failed: a rotation may be newer than the cache, or the event older than
     * the rotation. Reads both versions, at most once in MIN_REFRESH_MS; a check that succeeds never gets here.
     */
    async refreshCredentials(marketplace: string, connection: string): Promise<ActiveCredentials> {
      const { failure, ...active } = await versions.get(marketplace);
      return { ...pickActive(active, connection), failure };
    },
  };
}

/** The secret is no document of ours. Its text is left out of the message: it may be a secret. */
export class UnreadableSecretError extends BlockedError {
  constructor(marketplace: string) {
    const description = `the secret of ${marketplace} is not a document of connections: put the connections file again`;
    super({ code: 'secrets_unreadable', description }, 'connection');
  }
}

const readSecretVersion: ReadSecret = async (marketplace, stage) => {
  const found = await readVersion(marketplace, stage);
  return found ? { document: parse(found.text, marketplace), id: found.id } : { document: NONE };
};

export const readSecretDocument = async (marketplace: string): Promise<SecretDocument> =>
  (await readSecretVersion(marketplace)).document;

function parse(text: string, marketplace: string): SecretDocument {
  const document = readJson(text) as SecretDocument | null | undefined;
  if (typeof document?.connections === 'object') return document;
  throw new UnreadableSecretError(marketplace);
}

/** Like `readSecretDocument`, but a text that is no document of ours counts as empty. */
export async function readSecretIfOurs(
  marketplace: string,
  stage: Stage = 'AWSCURRENT',
  read = readSecretVersion,
): Promise<SecretDocument> {
  try {
    return (await read(marketplace, stage)).document;
  } catch (error) {
    if (error instanceof UnreadableSecretError) return NONE;
    throw error;
  }
}

/** Both versions of a marketplace's secret as they stand. */
export async function readSecretVersions(marketplace: string, read = readSecretVersion): Promise<SecretVersions> {
  // Present first: a rotation between the reads then looks not yet begun. The reverse would miss the old secret.
  const { document: current, id } = await read(marketplace);
  return { current, id, previous: await readSecretIfOurs(marketplace, 'AWSPREVIOUS', read) };
}

/** A connection's part of both versions. A connection that the present one does not have is unknown. */
export function pickActive({ current: now, previous: before }: SecretVersions, connection: string): ActiveCredentials {
  const current = pick(now, connection);
  const previous = current && pick(before, connection);
  return { current, previous: previous && withoutOlder(previous) };
}

const pick = ({ connections }: SecretDocument, connection: string): WebhookCredentials | undefined =>
  Object.hasOwn(connections, connection) ? connections[connection] : undefined;

/** Only its own secret: the older ones in it may have been removed on purpose. */
const withoutOlder = ({ secrets, settings }: WebhookCredentials): WebhookCredentials => ({
  secrets: Object.fromEntries(Object.entries(secrets).filter(([name]) => !name.startsWith('previous'))),
  settings,
});
