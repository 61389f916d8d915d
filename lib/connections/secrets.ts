import { cached } from '#lib/platform/cache';
import { readJson } from '#lib/platform/json';
import { readSecret, type Stage, writeSecret } from '#lib/platform/secret';
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

/** What receivers act on: a secret that was retired is refused this soon. */
const TTL_MS = 60_000;
/** What workers call a remote with: one that it refuses is read anew, so only a secret that still works gets this old. */
export const WORKER_TTL_MS = 10 * 60_000;
/** After a failed check the versions are read anew, but not more often than this however many forgeries arrive. */
export const MIN_REFRESH_MS = 1_000;

const NONE: SecretDocument = { connections: {} };

/** Both versions of a marketplace's secret, with all of its connections. */
export interface SecretVersions {
  current: SecretDocument;
  previous: SecretDocument;
  failure?: unknown;
}

/** A marketplace's secret as it stands now. A new deployment's has no version yet. */
export type ReadSecret = (marketplace: string, stage?: Stage) => Promise<SecretDocument>;

/** What functions know of secrets; while Secrets Manager is away the last good ones serve. */
export function createCredentials({ read = readSecretDocument, clock = () => Date.now() } = {}) {
  const documents = cached(TTL_MS, (marketplace) => read(marketplace), { clock, servesLast: true });
  const versions = cached(MIN_REFRESH_MS, refresh, { clock });
  const previous = new Map<string, SecretDocument>();

  async function refresh(marketplace: string): Promise<SecretVersions> {
    try {
      const found = await readSecretVersions(marketplace, read);
      documents.put(marketplace, Promise.resolve(found.current));
      previous.set(marketplace, found.previous);
      return found;
    } catch (failure) {
      const current = await documents.get(marketplace);
      return { current, previous: previous.get(marketplace) ?? NONE, failure };
    }
  }

  return {
    /** A connection's credentials; undefined for a connection that the marketplace's secret does not name. */
    async getCredentials(marketplace: string, connection: string, maxAgeMs = TTL_MS) {
      return pick(await documents.get(marketplace, { maxAgeMs }), connection);
    },
    /** What seals a marketplace's tokens. */
    async getTokenKey(marketplace: string, maxAgeMs = TTL_MS): Promise<string | undefined> {
      return (await documents.get(marketplace, { maxAgeMs })).tokenKey;
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

export const readSecretDocument: ReadSecret = async (marketplace, stage) => {
  const text = await readSecret(marketplace, stage);
  return text === undefined ? NONE : parse(text, marketplace);
};

export const writeSecretDocument = (marketplace: string, document: SecretDocument): Promise<void> =>
  writeSecret(marketplace, JSON.stringify(document));

function parse(text: string, marketplace: string): SecretDocument {
  const document = readJson(text) as SecretDocument | null | undefined;
  if (typeof document?.connections === 'object') return document;
  throw new UnreadableSecretError(`the secret of ${marketplace} is not a document of connections`);
}

/** As `readSecretDocument`, but a text that is no document of ours counts as an empty one. */
export const readSecretIfOurs = (
  marketplace: string,
  stage: Stage = 'AWSCURRENT',
  read = readSecretDocument,
): Promise<SecretDocument> =>
  read(marketplace, stage).catch((error) => {
    if (error instanceof UnreadableSecretError) return NONE;
    throw error;
  });

/** Both versions of a marketplace's secret as they stand now. */
export async function readSecretVersions(marketplace: string, read = readSecretDocument): Promise<SecretVersions> {
  // In this order a rotation between the two reads is seen as not yet begun; in the other the old secret would be missed.
  const current = await read(marketplace);
  return { current, previous: await readSecretIfOurs(marketplace, 'AWSPREVIOUS', read) };
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

export const { getCredentials, getTokenKey, refreshCredentials } = createCredentials();
