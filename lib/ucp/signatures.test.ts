import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { createSigner, createVerifier, httpbis, type SignatureParameters } from 'http-message-signatures';
import { parseDictionary } from 'structured-headers';
import { describe, expect, it, test } from 'vitest';
import type { SignedMessage } from './components.ts';
import order from './fixtures/order-example.json' with { type: 'json' };
import { publicJwk, rotated, type UcpKey } from './keys.ts';
import type { UcpOrder } from './order.ts';
import { type FindKey, type Jwk, ucpRequest, verifyUcp } from './signatures.ts';

const [made] = rotated([]) as [UcpKey];
const key = made.jwk;
const PROFILE = 'https://hub.example/.well-known/ucp';
const URL_OF = 'https://platform.example:8443/webhooks/ucp?tenant=7';
const change = { id: 'chg_5be1f6c2a93d70418f26', occurredAt: '2026-11-20T08:15:00.999Z' };
const request = (of = change, changed: Partial<UcpOrder> = {}) => ({
  method: 'POST',
  url: URL_OF,
  ...ucpRequest(of, { ...order, ...changed } as UcpOrder, { key, url: URL_OF, profile: PROFILE }),
});
const publicKey = (of: Jwk) => createPublicKey({ key: { ...of }, format: 'jwk' });

/** As a platform that uses `http-message-signatures` checks it. */
const verifies = (sent: { method: string; url: string; headers: Record<string, string> }) =>
  httpbis.verifyMessage(
    {
      keyLookup: async ({ keyid }) =>
        keyid === key.kid ? { id: key.kid, verify: createVerifier(publicKey(key), 'ecdsa-p256-sha256') } : null,
      requiredFields: ['@method', '@authority', '@path', '@query', 'content-digest', 'content-type', 'ucp-agent'],
    },
    sent,
  );

describe('an order webhook', () => {
  it('is verified by code that is not ours, and by nobody once anything of it is changed', async () => {
    const sent = request();
    expect(await verifies(sent)).toBe(true);
    const others = [
      { ...sent, method: 'PUT' },
      { ...sent, url: sent.url.replace('ucp', 'other') },
      { ...sent, url: sent.url.replace('tenant=7', 'tenant=8') },
      { ...sent, url: sent.url.replace(':8443', '') },
      ...Object.keys(sent.headers)
        .filter((name) => !name.startsWith('signature'))
        .map((name) => ({ ...sent, headers: { ...sent.headers, [name]: 'other' } })),
    ];
    for (const other of others) expect(await verifies(other)).toBe(false);
  });

  it('covers what UCP asks for, names the key and no algorithm', () => {
    const [list, params] = parseDictionary(request().headers['signature-input']).get('sig1') as [
      Array<[string, unknown]>,
      Map<string, unknown>,
    ];
    expect(list.map(([name]) => name)).toEqual([
      ...['@method', '@authority', '@path', '@query', 'content-digest', 'content-type', 'ucp-agent'],
      ...['webhook-id', 'webhook-timestamp'],
    ]);
    expect(Object.fromEntries(params)).toEqual({ keyid: key.kid });
    const [signature] = parseDictionary(request().headers.signature).get('sig1') as [ArrayBuffer, unknown];
    expect(signature.byteLength, 'r and s, not DER').toBe(64);
  });

  // What UCP's conformance suite asserts of a webhook's structure and of its retries.
  it('has the structure that the conformance suite asks for', () => {
    const { headers, body } = request();
    expect(headers['webhook-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(headers['webhook-timestamp']).toBe('1795162500');
    const [agent] = parseDictionary(headers['ucp-agent']).get('profile') as [string, unknown];
    expect(new URL(agent).pathname).toBe('/.well-known/ucp');
    const [digest] = parseDictionary(headers['content-digest']).get('sha-256') as [ArrayBuffer, unknown];
    expect(Buffer.from(digest)).toEqual(createHash('sha256').update(body).digest());
    const sent = JSON.parse(body) as UcpOrder;
    for (const member of ['ucp', 'id', 'checkout_id', 'permalink_url', 'fulfillment', 'currency', 'totals'] as const)
      expect(sent[member]).toBeTruthy();
    expect(sent.line_items.length).toBeGreaterThan(0);
  });

  it('is the same event at every retry, and another for another change', () => {
    const [first, again] = [request(), request()];
    expect(again.body).toBe(first.body);
    for (const name of ['webhook-id', 'webhook-timestamp', 'content-digest', 'signature-input'] as const)
      expect(again.headers[name]).toBe(first.headers[name]);
    const erased = request(change, { label: 'erased' });
    expect(erased.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(request({ ...change, id: 'chg_other' }).headers['webhook-id']).not.toBe(first.headers['webhook-id']);
  });
});

const AGENT = 'profile="https://platform.example/ucp.json"';
const findKey: FindKey = async (profile, kid) =>
  profile === 'https://platform.example/ucp.json' && kid === key.kid ? publicJwk(made) : undefined;
const target = 'https://hub.example/ucp/2026-04-08/orders/shop%3A1';
const FIELDS = ['@method', '@authority', '@path', 'ucp-agent'];

/** A GET that a platform signs with `http-message-signatures`. */
async function signed({
  fields = FIELDS,
  url = target,
  headers = { 'ucp-agent': AGENT },
  paramValues = { created: null } as SignatureParameters,
  params = ['keyid'],
} = {}): Promise<SignedMessage> {
  const by = createSigner(createPrivateKey({ key: { ...key }, format: 'jwk' }), 'ecdsa-p256-sha256', key.kid);
  const sent = await httpbis.signMessage({ key: by, fields, params, paramValues }, { method: 'GET', url, headers });
  const { host, pathname, search } = new URL(url);
  const lower = Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const by9421 = { method: 'GET', scheme: 'https', authority: host, path: pathname, query: search };
  return { ...by9421, headers: Object.fromEntries(lower) };
}
const refusal = (message: SignedMessage, options = {}) =>
  verifyUcp(message, findKey, options).then(
    () => 'holds',
    ({ code }) => code,
  );

describe('a platform’s request', () => {
  it('is verified when code that is not ours has signed it', async () => {
    expect(await verifyUcp(await signed(), findKey)).toBe('https://platform.example/ucp.json');
    const inFull = await signed({
      ...{ url: `${target}?a=1`, fields: [...FIELDS, '@query'], params: ['created', 'keyid', 'alg', 'expires'] },
      paramValues: { created: new Date(), expires: new Date(Date.now() + 60_000), alg: 'ecdsa-p256-sha256' },
    });
    expect(await refusal(inFull)).toBe('holds');
  });

  it('may cover what else RFC 9421 derives of a request', async () => {
    const fields = [...FIELDS, '@query', '@scheme', '@target-uri', '@request-target'];
    expect(await refusal(await signed({ url: `${target}?a=1&b=%20`, fields }))).toBe('holds');
    expect(await refusal(await signed({ fields }))).toBe('holds');
    expect(await refusal({ ...(await signed({ fields })), scheme: 'http' })).toBe('signature_invalid');
  });

  it('holds in each spelling of its path that it is given, and in no other', async () => {
    const decoded = { ...(await signed()), path: '/ucp/2026-04-08/orders/shop:1' };
    expect(await refusal(decoded)).toBe('signature_invalid');
    expect(await refusal(decoded, { paths: [decoded.path, '/ucp/2026-04-08/orders/shop%3A1'] })).toBe('holds');
  });

  it('stands behind a signature of somebody else that covers less', async () => {
    const { headers, ...message } = await signed();
    const more = {
      ...headers,
      'signature-input': `bot=("@authority");keyid="agent";tag="web-bot-auth", ${headers['signature-input']}`,
      signature: `bot=:AAAA:, ${headers.signature}`,
    };
    expect(await refusal({ ...message, headers: more })).toBe('holds');
  });

  it('stands beside signatures that are not understood', async () => {
    const { headers, ...message } = await signed();
    const more = {
      ...headers,
      'signature-input': `proxy=("@method";req);keyid="x", ${headers['signature-input']}`,
      signature: `proxy=:AAAA:, ${headers.signature}`,
    };
    expect(await refusal({ ...message, headers: more })).toBe('holds');
  });

  test.each([
    ['another method', async () => ({ ...(await signed()), method: 'POST' }), 'signature_invalid'],
    ['another host', async () => ({ ...(await signed()), authority: 'evil.example' }), 'signature_invalid'],
    ['another order', async () => ({ ...(await signed()), path: '/ucp/2026-04-08/orders/2' }), 'signature_invalid'],
    ['a query that is not signed', async () => ({ ...(await signed()), query: '?a=1' }), 'signature_missing'],
    ['an agent that is not signed', () => signed({ fields: FIELDS.slice(0, 3) }), 'signature_missing'],
    ['a component that is named twice', () => signed({ fields: [...FIELDS, '@method'] }), 'signature_missing'],
    ['no signature', async () => ({ ...(await signed()), headers: { 'ucp-agent': AGENT } }), 'signature_missing'],
    ['no profile', () => signed({ headers: { 'ucp-agent': 'version="1"' } }), 'invalid_profile_url'],
    [
      'a stranger’s profile',
      () => signed({ headers: { 'ucp-agent': 'profile="https://x.example/"' } }),
      'key_not_found',
    ],
    [
      'an algorithm that is not the key’s',
      () =>
        signed({
          params: ['keyid', 'alg'],
          paramValues: { created: null, alg: 'hmac-sha256' },
        }),
      'algorithm_unsupported',
    ],
    [
      'one that has expired',
      () =>
        signed({
          params: ['keyid', 'expires'],
          paramValues: { created: null, expires: new Date(1e12) },
        }),
      'signature_invalid',
    ],
  ])('is refused with %s', async (_what, message, code) => {
    expect(await refusal(await message())).toBe(code);
  });

  it('holds by the key that stands under its id by now', async () => {
    const message = await signed();
    const other = publicJwk(rotated([])[0] as UcpKey);
    const replaced: FindKey = async (_profile, kid, found) => ({ ...(found?.isWrong ? publicJwk(made) : other), kid });
    expect(await verifyUcp(message, replaced)).toBe('https://platform.example/ucp.json');
    await expect(verifyUcp(message, async (_profile, kid) => ({ ...other, kid }))).rejects.toMatchObject({
      code: 'signature_invalid',
    });
  });

  it('is refused where its key is none, whatever the profile says of it', async () => {
    const message = await signed();
    const broken = [
      [{ ...publicJwk(made), x: 'AAAA' }, 'key_not_found'],
      [{ kid: key.kid, kty: 'oct', k: 'c2VjcmV0' }, 'algorithm_unsupported'],
      [{ ...publicJwk(made), crv: 'P-384' }, 'key_not_found'],
    ] as const;
    for (const [jwk, code] of broken)
      await expect(verifyUcp(message, async () => ({ ...jwk }))).rejects.toMatchObject({ code });
  });
});
