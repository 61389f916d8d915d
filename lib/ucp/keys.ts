import { createHash, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { recordAct } from '#lib/platform/audit';
import { cached } from '#lib/platform/cache';
import { ENDPOINT } from '#lib/platform/names';
import { readSecret, writeSecret } from '#lib/platform/secret';
import type { Jwk } from './signatures.ts';

/** A private key as the secret keeps it. */
export interface UcpKey {
  createdAt: string;
  jwk: Jwk & Required<Pick<JsonWebKey, 'kty' | 'crv' | 'x' | 'y'>>;
}

const DAY_MS = 24 * 3600 * 1000;
/** How long signatures of a replaced key can be verified (signatures.md, "Key Rotation"). */
const KEPT_MS = 7 * DAY_MS;
/** After a leak the keys before it are out of use this soon. */
const TTL_MS = 5_000;
const NONE_TTL_MS = 1_000;
/** Platforms may keep the profile this long; UCP allows no less. */
export const PROFILE_SECONDS = 60;
/** A new key is published before it signs: for longer than any worker or platform relies on what it has read. */
const PUBLISHED_FIRST_MS = 5 * 60_000;

const isOlder = ({ createdAt }: UcpKey, ms: number, now: number): boolean => Date.parse(createdAt) + ms <= now;

/** The key that signs: the newest that everybody can know by now. `keys` are the newest first. */
export const signingKey = (keys: readonly UcpKey[], now = Date.now()): UcpKey | undefined =>
  keys.find((key) => isOlder(key, PUBLISHED_FIRST_MS, now)) ?? keys.at(-1);

/** The keys that the profile shows: a replaced key for seven more days. */
export const publishedKeys = (keys: readonly UcpKey[], now = Date.now()): UcpKey[] =>
  keys.filter((_, index) => {
    const next = keys[index - 1];
    return next === undefined || !isOlder(next, PUBLISHED_FIRST_MS + KEPT_MS, now);
  });

/** The public half, as a profile shows it. */
export const publicJwk = ({ jwk: { kid, kty, crv, x, y } }: UcpKey) => ({
  kid,
  kty,
  crv,
  x,
  y,
  use: 'sig',
  alg: 'ES256',
});

/** The keys with one more, which signs soon, or at once if there is no other. */
export const rotated = (keys: readonly UcpKey[], now = Date.now()): UcpKey[] => [
  newKey(new Date(now)),
  ...publishedKeys(keys, now),
];

/** Its id is its thumbprint (RFC 7638). */
function newKey(now: Date): UcpKey {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = pair.privateKey.export({ format: 'jwk' }) as UcpKey['jwk'];
  const { crv, kty, x, y } = jwk;
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { createdAt: now.toISOString(), jwk: { ...jwk, kid } };
}

/** The keys are kept with the endpoints' secrets, which the same functions read: AWS bills each secret by the month. */
interface Document {
  connections: object;
  ucpKeys?: UcpKey[];
}

const NONE: Document = { connections: {} };

async function readDocument(read = readSecret): Promise<Document> {
  const text = await read(ENDPOINT);
  try {
    return text === undefined ? NONE : (JSON.parse(text) as Document);
  } catch {
    // The secret's own text is left out: it may be a key.
    throw new Error(`the secret ${ENDPOINT} holds no document: longshore ucp rotate-key --leaked makes it anew`);
  }
}

/** The keys in Secrets Manager, the newest first; none if none was made. */
export const readKeys = async (read = readSecret): Promise<UcpKey[]> => (await readDocument(read)).ucpKeys ?? [];

/** Makes a key that takes over, at once and alone if the others leaked, and records who did. */
export async function rotateKey({ leaked, by }: { leaked: boolean; by: string }): Promise<UcpKey[]> {
  const document = leaked ? await readDocument().catch(() => NONE) : await readDocument();
  const keys = rotated(leaked ? [] : (document.ucpKeys ?? []));
  await writeSecret(ENDPOINT, JSON.stringify({ ...document, ucpKeys: keys }));
  await recordAct({ act: 'ucp.key_rotated', about: keys[0]?.jwk.kid ?? null, by });
  return keys;
}

/**
 * What `readKeys` returned at most five seconds ago, or a second ago if it was nothing; the last result while Secrets
 * Manager is away.
 */
export function rememberKeys(read = () => readKeys(), clock = () => Date.now()) {
  const known = cached(TTL_MS, () => read(), { clock, servesLast: true });
  return async (): Promise<UcpKey[]> => {
    const keys = await known.get(ENDPOINT);
    // After making the first key, a person replays at once what was blocked for want of it.
    return keys.length > 0 ? keys : known.get(ENDPOINT, { maxAgeMs: NONE_TTL_MS });
  };
}

export const getKeys = rememberKeys();
