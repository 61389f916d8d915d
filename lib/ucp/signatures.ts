import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, sign, verify } from 'node:crypto';
import {
  type InnerList,
  type Item,
  parseDictionary,
  serializeByteSequence,
  serializeInnerList,
} from 'structured-headers';
import { type Covered, isInnerList, isRepeated, type SignedMessage, signatureBase } from './components.ts';
import type { UcpOrder } from './order.ts';
import { UcpRefusal } from './refusal.ts';

/** A private or public key with the id under which a profile publishes it. */
export type Jwk = JsonWebKey & { kid: string };

/** Algorithm by curve: no parameter of a signature may choose it. */
const HASHES: Readonly<Record<string, string>> = { 'P-256': 'sha256', 'P-384': 'sha384' };
const ALGORITHMS: Readonly<Record<string, string>> = { 'P-256': 'ecdsa-p256-sha256', 'P-384': 'ecdsa-p384-sha384' };

/** The order webhook of order.md to `url`: the same id and time for the same change, however often it is sent. */
export function ucpRequest(
  { id, occurredAt }: { id: string; occurredAt: string },
  order: UcpOrder,
  { key, url, profile }: { key: Jwk; url: string; profile: string },
) {
  const body = JSON.stringify(order);
  const { protocol, host, pathname, search } = new URL(url);
  const headers = {
    'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    'content-type': 'application/json',
    'ucp-agent': `profile="${profile}"`,
    'webhook-id': uuidOf(id),
    'webhook-timestamp': String(Math.floor(Date.parse(occurredAt) / 1000)),
  };
  const scheme = protocol.slice(0, -1);
  const message = { method: 'POST', scheme, authority: host, path: pathname, query: search, headers };
  return { headers: { ...headers, ...signUcp(message, key) }, body };
}

/** Signs all headers of a message with ES256: raw `r‖s`, without `alg`, as in signatures.md. */
function signUcp(message: SignedMessage, key: Jwk) {
  const derived = ['@method', '@authority', '@path', ...(message.query ? ['@query'] : [])];
  const components = [...derived, ...Object.keys(message.headers)].map((name): Item => [name, new Map()]);
  const covered: Covered = [components, new Map([['keyid', key.kid]])];
  const by = { key: createPrivateKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
  const signature = sign('sha256', signatureBase(message, covered), by);
  return {
    'signature-input': `sig1=${serializeInnerList(covered)}`,
    signature: `sig1=${serializeByteSequence(signature)}`,
  };
}

/** UCP wants a UUID: this one is made of the change's own id and says nothing else (RFC 9562, version 8). */
function uuidOf(id: string): string {
  const bytes = createHash('sha256').update(id).digest().subarray(0, 16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

interface Signature {
  covered: Covered;
  value: Buffer;
}

/** The signatures of a request: each label that is in both headers. Proxies and agents may sign, too. */
function readSignatures({ headers }: SignedMessage): Signature[] {
  const read = (name: string) => {
    try {
      return parseDictionary(headers[name] ?? '');
    } catch {
      throw new UcpRefusal(401, 'signature_missing', `${name} is no dictionary (RFC 8941)`);
    }
  };
  const values = read('signature');
  return [...read('signature-input')].flatMap(([label, covered]) => {
    const [value] = values.get(label) ?? [];
    if (!(value instanceof ArrayBuffer) || !isInnerList(covered) || isRepeated(covered[0])) return [];
    return { covered, value: Buffer.from(value) };
  });
}

/** Whether a component is covered completely: of `UCP-Agent` only the profile counts. */
const covers = ({ covered: [components] }: Signature, wanted: string): boolean =>
  components.some(
    ([name, params]) =>
      name === wanted &&
      (params.size === 0 || (name === 'ucp-agent' && (params.get('key') ?? 'profile') === 'profile')),
  );

/** The signer's profile in a `UCP-Agent` header: `profile="https://…"`. */
function profileIn(agent = ''): string {
  try {
    const [profile] = parseDictionary(agent).get('profile') ?? [];
    if (typeof profile === 'string' && profile) return profile;
  } catch {}
  throw new UcpRefusal(400, 'invalid_profile_url', 'UCP-Agent names no profile: profile="https://…"');
}

/** Checks the digest of an empty body, as the body of a GET is not read; unknown algorithms are ignored (RFC 9530). */
function checkDigest(digest = ''): void {
  const isOfNothing = ([name, [sent]]: [string, Item | InnerList]) => {
    const algorithm = DIGESTS[name];
    return !algorithm || (sent instanceof ArrayBuffer && createHash(algorithm).digest().equals(Buffer.from(sent)));
  };
  try {
    if ([...parseDictionary(digest)].every(isOfNothing)) return;
  } catch {}
  throw new UcpRefusal(400, 'digest_mismatch', 'Content-Digest is not that of an empty body, and no other is read');
}
const DIGESTS: Readonly<Record<string, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

/** `isWrong`: what was found before does not fit, as a platform may have put another key in its place. */
export type FindKey = (profile: string, kid: string, found?: { isWrong?: boolean }) => Promise<Jwk | undefined>;

/** The most signatures of one request that are looked at, as each may have a profile read. */
const MAX_SIGNATURES = 4;

/**
 * Checks a request without a body as signatures.md says and returns the profile of who signed it: one signature that covers
 * what is wanted has to hold. `findKey` gives a profile's key, and throws for a profile that is not trusted. A message may
 * have several spellings of its path, as gateways decode it. Throws UcpRefusal, of the first signature that could hold.
 */
export async function verifyUcp(
  message: SignedMessage,
  findKey: FindKey,
  { paths = [message.path] } = {},
): Promise<string> {
  const signatures = readSignatures(message);
  const [first] = signatures;
  if (!first) throw new UcpRefusal(401, 'signature_missing', 'send Signature-Input and Signature, or an API key');
  const profile = profileIn(message.headers['ucp-agent']);
  const wanted = ['@method', '@authority', '@path', 'ucp-agent', ...(message.query ? ['@query'] : [])];
  const complete = signatures.filter((each) => wanted.every((name) => covers(each, name)));
  if (complete.length === 0) {
    const missing = wanted.filter((name) => !covers(first, name));
    throw new UcpRefusal(401, 'signature_missing', `the signature must cover ${missing.join(', ')}`);
  }
  const refusals: UcpRefusal[] = [];
  for (const { covered, value } of complete.slice(0, MAX_SIGNATURES)) {
    try {
      const holds = (key: Jwk): boolean => {
        const by = { key: publicKey(key), dsaEncoding: 'ieee-p1363' as const };
        const isSigned = (path: string) =>
          verify(HASHES[key.crv ?? ''], signatureBase({ ...message, path }, covered), by, value);
        return paths.some(isSigned);
      };
      const key = await keyOf(covered, (kid) => findKey(profile, kid));
      if (!holds(key) && !holds(await keyOf(covered, (kid) => findKey(profile, kid, { isWrong: true }))))
        throw new UcpRefusal(401, 'signature_invalid', `the signature with key ${key.kid} does not hold`);
      if (covered[0].some(([name]) => name === 'content-digest')) checkDigest(message.headers['content-digest']);
      return profile;
    } catch (error) {
      if (!(error instanceof UcpRefusal) || !OF_ONE_SIGNATURE.has(error.code)) throw error;
      refusals.push(error);
    }
  }
  throw refusals[0];
}

/** Errors of one signature that another signature of the same request may make up for. */
const OF_ONE_SIGNATURE = new Set(['signature_missing', 'signature_invalid', 'key_not_found', 'algorithm_unsupported']);

/** The key that a signature names, if it may still be used for that signature. */
async function keyOf([, params]: Covered, findKey: (kid: string) => Promise<Jwk | undefined>): Promise<Jwk> {
  const [keyid, alg, expires] = ['keyid', 'alg', 'expires'].map((name) => params.get(name));
  if (typeof keyid !== 'string') throw new UcpRefusal(401, 'signature_missing', 'the signature must have a keyid');
  const key = await findKey(keyid);
  if (!key) throw new UcpRefusal(401, 'key_not_found', `the profile has no key ${keyid}`);
  const { crv = '' } = key;
  if (key.kty !== 'EC' || !HASHES[crv] || (alg !== undefined && alg !== ALGORITHMS[crv]))
    throw new UcpRefusal(400, 'algorithm_unsupported', 'sign with ES256 or ES384');
  // Seconds since 1970.
  if (expires !== undefined && !(Number(expires) * 1000 > Date.now()))
    throw new UcpRefusal(401, 'signature_invalid', `the signature with key ${keyid} has expired`);
  return key;
}

function publicKey(key: Jwk) {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    throw new UcpRefusal(401, 'key_not_found', `the key ${key.kid} is none of its curve`);
  }
}
