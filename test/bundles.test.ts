import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, SQSEvent } from 'aws-lambda';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functions, INBOUND_QUEUE } from '#lib/topology';
import { type Bundled, bundle, sourcesIn, startOf } from '../bench/bundle.ts';
import example from '../lib/ucp/fixtures/order-example.json' with { type: 'json' };
import { bundling } from '../stacks/bundling.ts';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { eventOf, scopioOrder, sign } from './support/webhook.ts';

const ROOT = join(import.meta.dirname, '..');
const names = functions.map(({ name }) => name);
const webhooks = names.filter((name) => name.startsWith('webhook-'));
const folder = mkdtempSync(join(tmpdir(), 'longshore-bundles-'));
const bundles = new Map<string, Bundled>();
beforeAll(async () => {
  for (const { name, handler } of functions) {
    const entryPoints = [join(ROOT, handler.replace(/\.handler$/, '.ts'))];
    bundles.set(name, await bundle({ entryPoints }, join(folder, name), bundling));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bundleOf(name: string): Bundled {
  const bundled = bundles.get(name);
  if (!bundled) throw new Error(`${name} was not bundled`);
  return bundled;
}

/** All except the one for agents: it has no AWS client, and its protocol's SDK brings Ajv and all of zod. */
const withClients = names.filter((name) => name !== 'mcp');

/** The sources that contribute to the bundle. */
function sourcesOf(name: string): string[] {
  const { metafile } = bundleOf(name);
  return sourcesIn(metafile, Object.keys(metafile.outputs));
}

const packagesIn = (sources: readonly string[]): string[] =>
  sources.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
const packagesOf = (name: string): string[] => packagesIn(sourcesOf(name));

test('what is shipped is what is bundled: each dependency ends in a bundle, and no tool does', () => {
  const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
  const bundled = new Set(names.flatMap(packagesOf));
  expect(Object.keys(read('package.json').dependencies).filter((name) => !bundled.has(name))).toEqual([]);
  const { packages } = read('package-lock.json');
  expect([...bundled].filter((name) => packages[`node_modules/${name}`]?.dev)).toEqual([]);
});

/** KB of all files of a bundle, by the beginning of the function's name: a few more than it has. */
const KILOBYTES = {
  ...{ 'webhook-': 275, 'poller-': 405, 'pusher-': 500, ingest: 530, sweeper: 345, publisher: 300, notifier: 535 },
  ...{ api: 975, console: 425, mcp: 370 },
};

describe('the bundle of', () => {
  test.each(Object.entries(KILOBYTES))('%s has at most %i KB', (start, kilobytes) => {
    const sizes = names.filter((name) => name.startsWith(start)).map((name) => bundleOf(name).bytes / 1000);
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(kilobytes);
  });

  test.each(names.filter((name) => /^(poller|pusher)-/.test(name)))(
    '%s builds no schema of an order, a delivery or an explanation when it starts',
    (name) => {
      const { metafile } = bundleOf(name);
      expect(
        sourcesIn(metafile, startOf(metafile)).filter((path) => /(order|delivery|explanation)-schema/.test(path)),
      ).toEqual([]);
    },
  );

  test('mcp has no AWS client', () => {
    expect(packagesOf('mcp').filter((name) => /^@(aws-sdk|smithy)\//.test(name))).toEqual([]);
  });

  test('notifier starts without the validator of UCP orders', () => {
    const { metafile } = bundleOf('notifier');
    expect(sourcesIn(metafile, startOf(metafile)).filter((path) => path.includes('order-validator'))).toEqual([]);
  });

  test.each(webhooks)('%s, of libraries, starts with the two clients and the wrapper', (name) => {
    const { metafile } = bundleOf(name);
    const packages = packagesIn(sourcesIn(metafile, startOf(metafile)));
    expect(packages.filter((each) => !/^@(aws-sdk|smithy|aws)\/|^@middy\/core$/.test(each))).toEqual([]);
    const clients = packages.filter((each) => each.startsWith('@aws-sdk/client-'));
    expect([...new Set(clients)].sort()).toEqual(['@aws-sdk/client-secrets-manager', '@aws-sdk/client-sqs']);
  });

  test.each(withClients)('%s speaks one language, compiles no schemas and looks for no credentials', (name) => {
    const unwanted =
      /\/zod\/v4\/(classic|locales\/(?!en\.js))|\/ajv\/|credential-provider-(?!node|env)|\/lib-dynamodb\//;
    expect(sourcesOf(name).filter((path) => unwanted.test(path))).toEqual([]);
  });

  test.each(withClients)('%s does not make Node load undici when it starts', (name) => {
    const started = startOf(bundleOf(name).metafile);
    expect(started).toContain('node:https');
    expect(started.filter((path) => /^(node:)?http2?$/.test(path))).toEqual([]);
  });
});

const PART = { bundle: true, platform: 'node', format: 'esm', write: false, metafile: true } as const;

describe('bundled alone', () => {
  test.each(webhooks)(
    'the authenticity of %s carries no zod, no client and nothing else it does not need',
    async (name) => {
      const entryPoints = [join(ROOT, `lib/marketplaces/${name.replace('webhook-', '')}/webhook.ts`)];
      const { metafile } = await build({ ...PART, entryPoints });
      expect(Object.keys(metafile.inputs).filter((path) => /node_modules|client|schema|\/api\.ts/.test(path))).toEqual(
        [],
      );
    },
  );

  test('the typed client has at most 12 KB, gzipped, and needs nothing of the hub', async () => {
    const { outputFiles, metafile } = await build({
      ...PART,
      minify: true,
      entryPoints: [join(ROOT, 'client/index.ts')],
    });
    expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThanOrEqual(12_000);
    expect(Object.keys(metafile.inputs).filter((path) => !/^client\/|openapi-fetch/.test(path))).toEqual([]);
  });

  test('the validator of UCP orders needs nothing beside it', async () => {
    const { outputFiles } = await build({ ...PART, entryPoints: [join(ROOT, 'lib/ucp/validate.ts')] });
    const code = Buffer.from(outputFiles[0]?.contents ?? '').toString('base64');
    const { validateUcpOrder } = await import(`data:text/javascript;base64,${code}`);
    expect(validateUcpOrder(example)).toEqual([]);
    expect(validateUcpOrder({})).not.toEqual([]);
  });
});

describe('what is bundled works as what is not', () => {
  let hub: InProcess;
  beforeAll(async () => {
    const secrets = { apiKey: 'k', webhookSecret: 'right' };
    const shop = { id: 'shop', marketplace: 'scopio', baseUrl: 'http://127.0.0.1:1', secrets };
    hub = await startInProcess({ connections: [shop], routes: [{ from: '*', to: 'erp' }] });
    const { putApiKey } = await import('#lib/api/kit/keys');
    await putApiKey('key', 'erp', ['orders:read']);
  });
  afterAll(() => hub.stop());

  type Handler = (event: unknown, context: Context) => Promise<unknown>;
  const load = (name: string): Handler => createRequire(import.meta.url)(bundleOf(name).file).handler;

  async function call(name: string, method: string, path: string, headers: object, body?: string) {
    const [rawPath, rawQueryString = ''] = path.split('?');
    const event = {
      ...{ rawPath, rawQueryString, headers, body, isBase64Encoded: false },
      requestContext: { http: { method, path: rawPath }, domainName: 'hub.test' },
    } as unknown as APIGatewayProxyEventV2;
    const answer = (await load(name)(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') };
  }

  test('an order goes from the webhook through the queue to whoever asks for it', async () => {
    const body = eventOf(scopioOrder('ord_1'));
    const signed = { 'x-scopio-signature': sign(body, 'right') };
    const posted = await call('webhook-scopio', 'POST', '/webhooks/scopio/shop/order-paid', signed, body);
    expect(posted.status).toBe(200);
    const Records = (await hub.drain(INBOUND_QUEUE)).map((each) => ({ messageId: '1', body: each, attributes: {} }));
    expect(await load('ingest')({ Records } as unknown as SQSEvent, {} as Context)).toEqual({ batchItemFailures: [] });
    const shown = await call('api', 'GET', '/orders/shop:ord_1', { authorization: 'Bearer key' });
    expect(shown).toMatchObject({ status: 200, body: { externalId: 'ord_1', ucp: { currency: 'PLN' } } });
  });

  test('the API tells in its own words what is wrong, and describes itself', async () => {
    const refused = await call('api', 'GET', '/orders?status=shipped', { authorization: 'Bearer key' });
    const description = 'status: Invalid option: expected one of "open"|"partial"|"fulfilled"|"cancelled"';
    const error = { code: 'invalid_request', description, field: 'status' };
    expect(refused).toEqual({ status: 400, body: { error } });
    expect(await call('api', 'GET', '/openapi.json', {})).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  });
});
