import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, sign, verify } from 'node:crypto';
import type { UcpOrder } from './order.ts';

/** A request as HTTP Message Signatures (RFC 9421) see it; names of headers in lower case. */
export interface SignedMessage {
  method: string;
  /** In lower case, without its colon. */
  scheme: string;
  /** Host, with its port unless it is the scheme's own. */
  authority: string;
  /** As it was sent, percent-encoded. */
  path: string;
  /** With its `?`; empty where there is none. */
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
}

/** A private or public key with the id under which a profile publishes it. */
export type Jwk = JsonWebKey & { kid: string };

/** A request that UCP's signatures.md refuses: status and code are those of its "Error Handling". */
export class UcpRefusal extends Error {
  readonly status: 400 | 401 | 403 | 422 | 424;
  readonly code: string;

  constructor(status: UcpRefusal['status'], code: string, content: string) {
    super(content);
    this.status = status;
    this.code = code;
  }
}

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

/** Signs all headers of a message with ES256: raw `r‖s`, and no `alg` beside it, as signatures.md has it. */
function signUcp(message: SignedMessage, key: Jwk) {
  const derived = ['@method', '@authority', '@path', ...(message.query ? ['@query'] : [])];
  const components = [...derived, ...Object.keys(message.headers)];
  const params = `(${components.map((name) => `"${name}"`).join(' ')});keyid="${key.kid}"`;
  const by = { key: createPrivateKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
  const signature = sign('sha256', signatureBase(message, components, params), by);
  return { 'signature-input': `sig1=${params}`, signature: `sig1=:${signature.toString('base64')}:` };
}

/** UCP wants a UUID: one made of the change's own id, which says nothing else (RFC 9562, version 8). */
function uuidOf(id: string): string {
  const bytes = createHash('sha256').update(id).digest().subarray(0, 16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function signatureBase(message: SignedMessage, components: readonly string[], params: string): Buffer {
  const lines = components.map((name) => `"${name}": ${componentOf(message, name)}`);
  return Buffer.from([...lines, `"@signature-params": ${params}`].join('\n'));
}

/** The value of a component: derived as RFC 9421, 2.2 has it, or a header. */
function componentOf({ method, scheme, authority, path, query, headers }: SignedMessage, name: string): string {
  const derived: Record<string, string> = {
    ...{ '@method': method, '@scheme': scheme, '@authority': authority, '@path': path, '@query': query || '?' },
    '@request-target': path + query,
    '@target-uri': `${scheme}://${authority}${path}${query}`,
  };
  const value = derived[name] ?? headers[name]?.trim();
  if (value === undefined) throw new UcpRefusal(401, 'signature_missing', `${name} is signed and was not sent`);
  return value;
}

/** `sig1=("@method" "@path");keyid="k"`, of a dictionary that may have more members (RFC 8941). */
const INPUT =
  /(?:^|,)[ \t]*([a-z*][\w.*-]*)=(\(([^()]*)\)((?:;[a-z*][\w.*-]*=(?:"[^"\\]*"|[\w.:+/=-]+))*))[ \t]*(?=,|$)/g;
const COMPONENTS = /^(?:"[a-z0-9@-]+"(?: (?=")|$))+$/;
const PARAM = /;([a-z*][\w.*-]*)=(?:"([^"]*)"|([^;]+))/g;
const VALUE = /(?:^|,)[ \t]*([a-z*][\w.*-]*)=:([A-Za-z0-9+/=]+):/g;

/**
 * The first complete signature that covers the wanted components, else the first complete one: proxies and agents sign beside
 * the platform. `params` are as they were sent: what was signed is that text.
 */
function readSignature({ headers }: SignedMessage, wanted: readonly string[]) {
  const found = [];
  const values = new Map([...(headers.signature ?? '').matchAll(VALUE)].map(([, label, value = '']) => [label, value]));
  for (const [, label, params = '', names = '', more = ''] of (headers['signature-input'] ?? '').matchAll(INPUT)) {
    const value = values.get(label);
    const components = names.split(' ').map((name) => name.slice(1, -1));
    if (value === undefined || !COMPONENTS.test(names) || new Set(components).size < components.length) continue;
    const { keyid, alg, expires } = Object.fromEntries(
      [...more.matchAll(PARAM)].map(([, name, text, bare]) => [name, text ?? bare]),
    );
    found.push({ params, components, keyid, alg, expires, value: Buffer.from(value, 'base64') });
  }
  const chosen = found.find(({ components }) => wanted.every((name) => components.includes(name))) ?? found[0];
  if (chosen) return chosen;
  throw new UcpRefusal(401, 'signature_missing', 'send Signature-Input and Signature, or an API key');
}

/** The signer's profile of a `UCP-Agent` header: `profile="https://…"`. */
const PROFILE = /(?:^|,)[ \t]*profile="([^"\\]*)"/;

export type FindKey = (profile: string, kid: string) => Promise<Jwk | undefined>;

/**
 * Checks a request without a body as signatures.md says and returns the profile of who signed it. `findKey` gives a
 * profile's key, and throws for a profile that is not trusted. A message may have several spellings of its path, as
 * gateways decode it. Throws UcpRefusal.
 */
export async function verifyUcp(
  message: SignedMessage,
  findKey: FindKey,
  { paths = [message.path] } = {},
): Promise<string> {
  const wanted = ['@method', '@authority', '@path', 'ucp-agent', ...(message.query ? ['@query'] : [])];
  const { params, components, keyid, alg, expires, value } = readSignature(message, wanted);
  const profile = PROFILE.exec(message.headers['ucp-agent'] ?? '')?.[1];
  if (!profile) throw new UcpRefusal(400, 'invalid_profile_url', 'UCP-Agent names no profile');
  const unsigned = wanted.find((name) => !components.includes(name));
  if (unsigned || keyid === undefined)
    throw new UcpRefusal(401, 'signature_missing', `the signature must have ${unsigned ?? 'a keyid'}`);
  const key = await findKey(profile, keyid);
  if (!key) throw new UcpRefusal(401, 'key_not_found', `the profile has no key ${keyid}`);
  const { crv = '' } = key;
  if (key.kty !== 'EC' || !HASHES[crv] || (alg !== undefined && alg !== ALGORITHMS[crv]))
    throw new UcpRefusal(400, 'algorithm_unsupported', 'sign with ES256 or ES384');
  const by = { key: publicKey(key), dsaEncoding: 'ieee-p1363' as const };
  const isSigned = (path: string) =>
    verify(HASHES[crv], signatureBase({ ...message, path }, components, params), by, value);
  // Seconds since 1970.
  const hasExpired = expires !== undefined && !(Number(expires) * 1000 > Date.now());
  if (hasExpired || !paths.some(isSigned))
    throw new UcpRefusal(401, 'signature_invalid', `the signature with key ${keyid} does not hold`);
  return profile;
}

function publicKey(key: Jwk) {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    throw new UcpRefusal(401, 'key_not_found', `the key ${key.kid} is none of its curve`);
  }
}
