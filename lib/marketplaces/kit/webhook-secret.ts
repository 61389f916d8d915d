import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '#lib/connections/connection';
import type { Evidence, Webhook, WebhookRequest } from '../contract.ts';

/** Hash and encoding of an HMAC signature; what is not listed here is refused, never tried. */
export const ALGORITHMS = ['sha256', 'sha384', 'sha512', 'sha1'] as const;
export const ENCODINGS = ['hex', 'base64', 'base64url'] as const;

/** The current and, during a rotation, the previous secret of that name; empty ones never match anything. */
function activeSecrets(secrets: Secrets, name: string): string[] {
  const previous = `previous${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [secrets[name], secrets[previous]].filter((secret) => secret !== undefined && secret !== '') as string[];
}

/** Whether a caller knows the secret (in a header or the URL). A near miss takes as long as nonsense. */
export function knowsSecret(given: string | undefined, secrets: Secrets, name = 'webhookSecret'): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  const candidate = digest(given ?? '');
  // No early exit: the time must not show which of the two secrets matched.
  const matches = activeSecrets(secrets, name).map((secret) => timingSafeEqual(digest(secret), candidate));
  return matches.includes(true);
}

interface HmacSignature {
  body: Buffer;
  /** As it came, with or without the `<algorithm>=` prefix. */
  signature: string | undefined;
  algorithm: string;
  encoding: string;
}

/** Whether the raw body was signed with one of the secrets. An unknown algorithm or encoding fails closed. */
export function hasValidHmac(
  { body, signature, algorithm, encoding }: HmacSignature,
  secrets: Secrets,
  name = 'webhookSecret',
): boolean {
  const hash = ALGORITHMS.find((known) => known === algorithm);
  const form = ENCODINGS.find((known) => known === encoding);
  if (!hash || !form || !signature) return false;
  const given = decode(signature.replace(new RegExp(`^${hash}=`, 'i'), ''), form);
  const matches = activeSecrets(secrets, name).map((secret) => {
    const expected = createHmac(hash, secret).update(body).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return matches.includes(true);
}

/** A signature's bytes; none if it contains a character of another encoding, which Buffer would skip. */
function decode(text: string, encoding: (typeof ENCODINGS)[number]): Buffer {
  const canonical = encoding === 'hex' ? text.toLowerCase() : unpadded(text);
  const bytes = Buffer.from(canonical, encoding);
  return unpadded(bytes.toString(encoding)) === canonical ? bytes : Buffer.alloc(0);
}

/** Base64 for URLs (RFC 4648) has two other characters, and may lack its padding. */
const unpadded = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');

/** The signature over the body that stands for a secret which came in the URL or a header. */
const KEPT = { name: 'secret', algorithm: 'sha256', encoding: 'hex' } as const;

/**
 * Evidence of a secret that was presented as it is. It is kept as a signature over the body, so that a thief gains
 * nothing but that signature, which proves nothing about any other body.
 */
function secretEvidence(given: string | undefined, body: Buffer): Evidence | undefined {
  if (!given) return undefined;
  return { [KEPT.name]: createHmac(KEPT.algorithm, given).update(body).digest(KEPT.encoding) };
}

/** Proof of whoever presents the secret as it is: where in a request, and under which name it stands in `secrets`. */
export const presentedSecret = (
  find: (request: WebhookRequest) => string | undefined,
  name?: string,
): Pick<Webhook, 'authenticate' | 'evidence' | 'admits'> => ({
  authenticate: (request, { secrets }) => knowsSecret(find(request), secrets, name),
  evidence: (request) => secretEvidence(find(request), request.body),
  admits: (evidence, body, { secrets }) =>
    hasValidHmac({ body, signature: evidence[KEPT.name], ...KEPT }, secrets, name),
});

/** Proof of whoever can do no more than call the URL that we gave: its last segment is the secret. */
export const urlSecret = presentedSecret(({ rest }) => (rest.length === 1 ? rest[0] : undefined));

const ONE = String.raw`(?:\w{1,16}[=,])?[\w+/-]{16,200}={0,2}`;
/** One signature or several, with the time that Stripe and others write before them. */
const SIGNATURE = new RegExp(`^(?:t=\\d{1,16}[,;\\s]\\s*)?${ONE}(?:[,;\\s]\\s*${ONE}){0,3}$`);
/** An instant or the id of a message, which may be signed with the body. */
const SIGNED_BESIDE = /^[\w.:+-]{1,100}$/;
const MAX_HEADERS = 4;

/**
 * Evidence of a signature: the headers that were looked at, and others whose names speak of a signature, as the
 * settings that name them may be what was wrong.
 */
export function signatureEvidence(headers: WebhookRequest['headers'], looked: readonly string[]): Evidence | undefined {
  const named = Object.keys(headers).filter((name) => /signature|hmac|timestamp|^webhook-id$/.test(name));
  const found = [...new Set([...looked, ...named.sort()])].flatMap((name) => {
    const value = headers[name];
    const isKept = value !== undefined && (SIGNATURE.test(value) || SIGNED_BESIDE.test(value));
    return isKept ? [[name, value] as const] : [];
  });
  const isSigned = found.some(([, value]) => SIGNATURE.test(value));
  return isSigned ? Object.fromEntries(found.slice(0, MAX_HEADERS)) : undefined;
}
