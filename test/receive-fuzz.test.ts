import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { registry } from '#lib/marketplaces/registry';
import { deliveryQueue } from '#lib/topology';
import { connectionOf, openSubject, type Subject } from './conformance/kit.ts';
import { type InProcess, startInProcess } from './support/in-process.ts';

type Receiver = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

const subjects: Subject[] = (await Promise.all(registry.map(openSubject))).filter(({ info }) => info.topics.length > 0);
const receivers = new Map<string, Receiver>();
const lines: string[] = [];
let hub: InProcess;
beforeAll(async () => {
  const connections = subjects.map(({ info, conformance }) => {
    const { settings } = connectionOf(info, conformance.settings);
    return {
      id: 'main',
      marketplace: info.name,
      baseUrl: 'http://127.0.0.1:9',
      secrets: conformance.secrets,
      settings,
    };
  });
  hub = await startInProcess({ connections: connections.map((each) => ({ ...each, id: `main-${each.marketplace}` })) });
  for (const { info } of subjects)
    receivers.set(info.name, (await import(`../functions/webhooks/${info.name}.ts`)).handler);
  for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const)
    vi.spyOn(console, level).mockImplementation((...words) => void lines.push(words.map(String).join(' ')));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await hub.stop();
});

/** The messages that were accepted as authentic; refused ones go through the same queue to the quarantine. */
async function accepted(marketplace: string): Promise<string[]> {
  const messages = await Promise.all(['inbound', deliveryQueue(marketplace)].map((queue) => hub.drain(queue)));
  return messages.flat().filter((message) => JSON.parse(message).type !== 'webhook.rejected');
}

interface Sent {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Whether API Gateway passes it on as text, or in base64. */
  asText: boolean;
}

async function call(marketplace: string, { path, headers, body, asText }: Sent): Promise<number> {
  const event = {
    version: '2.0',
    rawPath: path,
    headers,
    ...(body.length > 0 && { body: asText ? body.toString('utf8') : body.toString('base64') }),
    isBase64Encoded: !asText,
    requestContext: { http: { sourceIp: '198.51.100.1' } },
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode = 0 } = (await receivers.get(marketplace)?.(event, {} as Context)) ?? {};
  return statusCode;
}

const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));
const text = fc.oneof(fc.json(), fc.string({ unit: 'binary' })).map((value) => Buffer.from(value, 'utf8'));
const content = fc.oneof(
  bytes,
  text,
  fc.constant(Buffer.alloc(0)),
  fc.constant(Buffer.from(`"${'x'.repeat(300_000)}"`)),
);
const segment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '..',
    '%2e%2e',
    '%',
    '__proto__',
    'constructor',
    'undefined',
    'null',
    'order-paid',
    '\u0000',
    '{path+}',
  ),
);
const headerValue = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef') }),
  fc.constantFrom('', 'sha256=', 'undefined', 'null', '[object Object]', 'a,b', '0'.repeat(64)),
);
const headerName = (names: readonly string[]) =>
  fc.oneof(fc.constantFrom(...names, 'authorization', 'content-type', '__proto__', 'x-anything'), fc.string());

describe.each(subjects.map((subject) => [subject.info.title, subject] as const))(
  '%s',
  (_title, { info, conformance }) => {
    const proof = conformance.webhook;
    if (!proof) throw new Error(`${info.name} has topics and no proof`);
    const secret = conformance.secrets[proof.secret] ?? '';
    const secrets = Object.values(conformance.secrets);
    const names = Object.keys(proof.prove(Buffer.from('{}'), secret).headers);
    const at = (...rest: string[]) => ['', 'webhooks', info.name, ...rest].join('/');
    const topic = fc.constantFrom(...info.topics);

    test('whatever comes without a valid proof is refused, is never a 5xx and is not kept', async () => {
      await hub.drain('inbound');
      const path = fc.oneof(
        fc.array(segment, { maxLength: 6 }).map((segments) => at(...segments)),
        fc
          .tuple(topic, fc.array(segment, { maxLength: 2 }))
          .map(([name, rest]) => at(`main-${info.name}`, name, ...rest)),
        fc.string({ unit: 'binary' }),
      );
      const headers = fc.dictionary(headerName(names), headerValue, { maxKeys: 4 });
      await fc.assert(
        fc.asyncProperty(path, headers, content, fc.boolean(), async (path, headers, body, asText) => {
          fc.pre(
            !secrets.some(
              (known) => path.includes(known) || Object.values(headers).some((value) => value.includes(known)),
            ),
          );
          expect([401, 413]).toContain(await call(info.name, { path, headers, body, asText }));
        }),
        { numRuns: 150 },
      );
      expect(await accepted(info.name)).toEqual([]);
    });

    test('whatever comes with a valid proof is kept as it came, and answered 200 or, where it is not JSON, 400', async () => {
      await fc.assert(
        fc.asyncProperty(topic, fc.oneof(bytes, text), async (name, given) => {
          // API Gateway takes UTF-8 for text; anything else comes in base64.
          const asText = Buffer.from(given.toString('utf8')).equals(given);
          const { headers, rest } = proof.prove(given, secret);
          const path = at(`main-${info.name}`, name, ...rest);
          const status = await call(info.name, {
            path,
            headers: headers as Record<string, string>,
            body: given,
            asText,
          });
          expect([200, 400]).toContain(status);
          const [message = '', ...more] = await accepted(info.name);
          expect(more).toEqual([]);
          const { body, encoding } = JSON.parse(message);
          expect(Buffer.from(body, encoding).equals(given)).toBe(true);
        }),
        // A form, and one that is not UTF-8.
        { numRuns: 40, examples: ['A=', 'A=\xff'].map((form) => [info.topics[0] ?? '', Buffer.from(form, 'latin1')]) },
      );
    });

    if (proof.coversBody)
      test('a proof of other bytes is none', async () => {
        await fc.assert(
          fc.asyncProperty(topic, text, text, async (name, signed, sent) => {
            fc.pre(!signed.equals(sent));
            const { headers, rest } = proof.prove(signed, secret);
            const path = at(`main-${info.name}`, name, ...rest);
            const request = { path, headers: headers as Record<string, string>, body: sent, asText: false };
            expect(await call(info.name, request)).toBe(401);
          }),
          { numRuns: 40 },
        );
        expect(await accepted(info.name)).toEqual([]);
      });

    test('no body, header or secret is in a log line', async () => {
      lines.length = 0;
      const marker = 'leak-canary-7d1f';
      const body = Buffer.from(`{"first_name":"${marker}"`);
      const { headers, rest } = proof.prove(body, secret);
      const forged = Object.fromEntries(names.map((name) => [name, marker]));
      const path = (...more: string[]) => at(`main-${info.name}`, info.topics[0] ?? '', ...more);
      await call(info.name, { path: path(...rest), headers: headers as Record<string, string>, body, asText: true });
      await call(info.name, { path: path(marker), headers: forged, body, asText: true });
      await call(info.name, { path: `/${marker}`, headers: forged, body: Buffer.alloc(300_000, marker), asText: true });
      expect(lines.filter((line) => [marker, ...secrets].some((word) => line.includes(word)))).toEqual([]);
      await hub.drain('inbound');
    });
  },
);
