import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSigner, createVerifier, httpbis } from 'http-message-signatures';
import { parseDictionary } from 'structured-headers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publicJwk, rotated, type UcpKey } from '#lib/ucp/keys';
import type { UcpOrder } from '#lib/ucp/order';
import { type businessProfile, ucpError } from '#lib/ucp/profile';
import { validateUcpOrder } from '#lib/ucp/validate';
import { serveLoopback } from '#sandbox/loopback';
import { runCommand } from './support/cli.ts';
import { eventually } from './support/hub.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';

/** A UCP platform: its profile, and its webhook, which answers as the test wants. */
async function startPlatform() {
  const [key] = rotated([]) as [UcpKey];
  const received: Array<{ headers: IncomingHttpHeaders; body: string; status: number }> = [];
  const answers: number[] = [];
  /** Answers wait for this. */
  const answering = { from: Promise.resolve() };
  const { url: origin, close } = await serveLoopback(async (request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify({ ucp: {}, signing_keys: [publicJwk(key)] }));
    const body = await text(request);
    const status = answers.shift() ?? 204;
    received.push({ headers: request.headers, body, status });
    await answering.from;
    return response.writeHead(status).end();
  });
  /** Reads an order as a platform does, signed for a host. */
  async function getOrder(hub: string, id: string, { signedFor = hub, profile = `${origin}/profile.json` } = {}) {
    const by = createSigner(createPrivateKey({ key: key.jwk, format: 'jwk' }), 'ecdsa-p256-sha256', key.jwk.kid);
    const path = `/ucp/2026-04-08/orders/${encodeURIComponent(id)}`;
    const { headers } = await httpbis.signMessage(
      { key: by, fields: ['@method', '@authority', '@path', 'ucp-agent'], params: ['created', 'keyid'] },
      { method: 'GET', url: signedFor + path, headers: { 'ucp-agent': `profile="${profile}"` } },
    );
    const response = await fetch(hub + path, { headers: headers as Record<string, string> });
    return { status: response.status, body: await response.json() };
  }
  return {
    ...{ received, answers, answering, getOrder, webhook: `${origin}/webhooks/ucp` },
    orders: () => received.map(({ body }) => JSON.parse(body) as UcpOrder),
    close,
  };
}

let platform: Awaited<ReturnType<typeof startPlatform>>;
let stage: Stage;
beforeAll(async () => {
  platform = await startPlatform();
  stage = await startStage({
    env: { NOTIFY_SCHEDULE_SECONDS: '0,1,1,1,1,1,1,1,1,1' },
    edit: (file) => {
      file.endpoints = [{ id: 'agent', url: platform.webhook, profile: 'ucp' }];
    },
  });
});
afterAll(async () => {
  await stage.stop();
  platform.close();
});

const profileOf = async () =>
  (await (await fetch(`${stage.hub.url}/.well-known/ucp`)).json()) as ReturnType<typeof businessProfile>;

/** Verifies as a platform does, with the key in the profile that the event names. */
async function verify({ headers, body }: { headers: IncomingHttpHeaders; body: string }): Promise<boolean | null> {
  const [profile] = parseDictionary(String(headers['ucp-agent'])).get('profile') as [string, unknown];
  expect(profile).toBe(`${stage.hub.url}/.well-known/ucp`);
  const { signing_keys: keys } = await profileOf();
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body))).toString('base64');
  expect(headers['content-digest']).toBe(`sha-256=:${digest}:`);
  return httpbis.verifyMessage(
    {
      async keyLookup({ keyid }) {
        const key = keys.find(({ kid }) => kid === keyid);
        return key
          ? { id: key.kid, verify: createVerifier(createPublicKey({ key, format: 'jwk' }), 'ecdsa-p256-sha256') }
          : null;
      },
      requiredFields: [
        '@method',
        '@authority',
        '@path',
        'content-digest',
        'ucp-agent',
        'webhook-id',
        'webhook-timestamp',
      ],
    },
    { method: 'POST', url: platform.webhook, headers: headers as Record<string, string> },
  );
}

// What UCP's conformance suite checks of order events: their structure, their retries and what follows a shipment.
test('a platform is sent the whole order, signed, again as the same event where it failed, and anew once it is shipped', async () => {
  platform.answers.push(500, 503);
  const [sold] = stage.scopio.place({});
  const id = `${SHOP}:${sold?.id}`;
  const [first, second, third] = await eventually(
    () => platform.received.length > 2 && platform.received,
    'the event, told three times',
  );
  for (const again of [second, third]) {
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(again?.headers['webhook-timestamp']).toBe(first?.headers['webhook-timestamp']);
  }
  expect(platform.orders()[0]).toMatchObject({ id, ucp: { version: '2026-04-08' } });
  await stage.settled(sold?.id ?? '', 'order', 'succeeded');
  stage.marketful.ship(`${SHOP}:${sold?.id}`);
  await eventually(
    () => platform.orders().some(({ fulfillment }) => fulfillment.events.some(({ type }) => type === 'shipped')),
    'the shipment at the platform',
  );
  for (const each of platform.received) {
    expect(await verify(each)).toBe(true);
    expect(validateUcpOrder(JSON.parse(each.body))).toEqual([]);
    expect(Number(each.headers['webhook-timestamp'])).toBeGreaterThan(1e9);
  }
});

test('the platform reads an order with its own signature, and nobody with another’s', async () => {
  const { id } = platform.orders()[0] as UcpOrder;
  const { url } = stage.hub;
  expect(await platform.getOrder(url, id)).toMatchObject({
    status: 200,
    body: { id, checkout_id: expect.any(String) },
  });
  expect(await platform.getOrder(url, `${SHOP}:other`)).toEqual({
    ...{ status: 200, body: ucpError('not_found', 'Order not found.') },
  });
  expect(await platform.getOrder(url, id, { signedFor: 'https://other.example' })).toMatchObject({
    ...{ status: 401, body: { code: 'signature_invalid' } },
  });
  expect(await platform.getOrder(url, id, { profile: 'https://other.example/ucp' })).toMatchObject({
    ...{ status: 403, body: { code: 'profile_not_trusted' } },
  });
});

test('what was erased is in no repeat of an event', async () => {
  const before = platform.received.length;
  platform.answers.push(...Array.from({ length: 4 }, () => 500));
  // No retry comes before the buyer is erased, however long that takes.
  const erasure = Promise.withResolvers<void>();
  platform.answering.from = erasure.promise;
  const [sold] = stage.scopio.place({});
  const id = `${SHOP}:${sold?.id}`;
  const [event] = await eventually(() => {
    const told = platform.received.slice(before);
    return told.length > 0 && told;
  }, 'the event');
  const { street_address: street } =
    (JSON.parse(event?.body ?? '') as UcpOrder).fulfillment.expectations[0]?.destination ?? {};
  expect(street).toBeTruthy();
  const erased = await stage.hub.send('POST', '/buyers/erase', { order: id, reason: 'he asked for it' });
  expect(erased.status).toBe(200);
  const since = platform.received.length;
  erasure.resolve();
  await eventually(
    () => platform.received.slice(since).some(({ headers }) => headers['webhook-id'] === event?.headers['webhook-id']),
    'the repeat of the event',
  );
  for (const { body } of platform.received.slice(since + 1)) expect(body).not.toContain(street);
});

test('a key is rotated: the new one is published beside the one that signs', async () => {
  const outputs = ['--outputs', join(stage.hub.data, 'outputs.json')];
  const [signing] = (await profileOf()).signing_keys;
  const { out, code } = await runCommand(['ucp', 'rotate-key', '--json', ...outputs]);
  expect(code).toBe(0);
  const made = { kid: expect.any(String), createdAt: expect.any(String) };
  expect(JSON.parse(out).keys).toEqual([
    { ...made, signs: false, published: true },
    { ...made, kid: signing?.kid, signs: true, published: true },
  ]);
  const acts = (await stage.hub.get<{ acts: Array<{ act: string }> }>('/audit')).acts;
  expect(acts.map(({ act }) => act)).toContain('ucp.key_rotated');
  const refused = await runCommand(['ucp', 'rotate-key', '--leaked', ...outputs]);
  expect(refused).toMatchObject({ code: 3 });
  const leaked = await runCommand(['ucp', 'rotate-key', '--leaked', '--yes', '--json', ...outputs]);
  expect(JSON.parse(leaked.out).keys).toEqual([{ ...made, signs: true, published: true }]);
  expect(out + leaked.out).not.toContain('"d"');
});
