import { setTimeout as sleep } from 'node:timers/promises';
import { cached } from '#lib/platform/cache';
import { readJson } from '#lib/platform/json';
import { readVersion, type Stage } from '#lib/platform/secret';
import { errorFields, log } from '#lib/platform/telemetry/log';
import type { WebhookCredentials } from './connection.ts';

/** One secret a marketplace: what its connections must keep, and the settings their receivers verify with. */
export interface SecretDocument {
  connections: Record<string, WebhookCredentials>;
  /** Seals the access tokens that the table keeps of a marketplace that wants them. */
  tokenKey?: string;
  /** What UCP's order events are signed with, in the secret of the endpoints alone. */
  ucpKeys?: unknown;
}

/** What a webhook may prove itself with: the version of now and, until it is retired, the one before. */
export interface ActiveCredentials {
  current: WebhookCredentials | undefined;
  previous: WebhookCredentials | undefined;
  /** Secrets Manager did not answer: these are the last that were read, and what fails with them is undecided. */
  failure?: unknown;
}

/** So long what was read or looked up is gone by: a secret that the hub itself replaced is out of use this soon. */
const TTL_MS = 60_000;
/** So long it is held while the table names the version that was read: one that was replaced past the hub gets this old. */
export const HELD_MS = 3600_000;
/** Whoever waits for the table no longer than this reads the secret. */
const LOOK_MS = 1_000;
/** After a failed check the versions are read anew, but not more often than this however many forgeries arrive. */
export const MIN_REFRESH_MS = 1_000;

const NONE: SecretDocument = { connections: {} };

/** Both versions of a marketplace's secret, with all of its connections; `id` is the current one's. */
export interface SecretVersions {
  current: SecretDocument;
  previous: SecretDocument;
  id?: string | undefined;
  failure?: unknown;
}

/** A marketplace's secret as it stands now. A new deployment's has no version yet. */
export type ReadSecret = (marketplace: string, stage?: Stage) => Promise<SecretVersion>;
export interface SecretVersion {
  document: SecretDocument;
  id?: string | undefined;
}

/**
 * What functions know of secrets; while Secrets Manager is away the last good ones serve. `announced`: the version that the
 * table names. A request to the table is a fortieth of the price of one to Secrets Manager.
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

  /** Undefined where the table does not answer: then what is held counts as replaced. */
  async function look(marketplace: string): Promise<string | undefined> {
    try {
      return await Promise.race([announced(marketplace), sleep(LOOK_MS, undefined, { ref: false })]);
    } catch (error) {
      log.warn('the version of a secret was not found', { marketplace, ...errorFields(error) });
      return undefined;
    }
  }

  /** With `maxAgeMs` what was read no longer ago; else what the table says is the present one. */
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
    /** A connection's credentials; undefined for a connection that the marketplace's secret does not name. */
    async getCredentials(marketplace: string, connection: string, maxAgeMs?: number) {
      return pick(await documentOf(marketplace, maxAgeMs), connection);
    },
    /** What seals a marketplace's tokens. */
    async getTokenKey(marketplace: string, maxAgeMs?: number): Promise<string | undefined> {
      return (await documentOf(marketplace, maxAgeMs)).tokenKey;
    },
    /**
     * What counts for a check that just failed: a rotation may be newer than the cache, or the event older than the
     * rotation. Both versions are read, at most every MIN_REFRESH_MS; a check that succeeds never comes here.
     */
    async refreshCredentials(marketplace: string, connection: string): Promise<ActiveCredentials> {
      const { failure, ...active } = await versions.get(marketplace);
      return { ...pickActive(active, connection), failure };
    },
  };
}

/** What stands there is no document of ours. Its words are left out: they may be a secret. */
export class UnreadableSecretError extends Error {}

const readSecretVersion: ReadSecret = async (marketplace, stage) => {
  const found = await readVersion(marketplace, stage);
  return found ? { document: parse(found.text, marketplace), id: found.id } : { document: NONE };
};

export const readSecretDocument = async (marketplace: string): Promise<SecretDocument> =>
  (await readSecretVersion(marketplace)).document;

function parse(text: string, marketplace: string): SecretDocument {
  const document = readJson(text) as SecretDocument | null | undefined;
  if (typeof document?.connections === 'object') return document;
  throw new UnreadableSecretError(`the secret of ${marketplace} is not a document of connections`);
}

/** As `readSecretDocument`, but a text that is no document of ours counts as an empty one. */
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

/** Both versions of a marketplace's secret as they stand now. */
export async function readSecretVersions(marketplace: string, read = readSecretVersion): Promise<SecretVersions> {
  // In this order a rotation between the two reads is seen as not yet begun; in the other the old secret would be missed.
  const { document: current, id } = await read(marketplace);
  return { current, id, previous: await readSecretIfOurs(marketplace, 'AWSPREVIOUS', read) };
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
