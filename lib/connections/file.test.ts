import { expect, test } from 'vitest';
import * as z from '#lib/platform/zod';
import { type ConnectionsFile, ConnectionsFileError, type FileMarketplace, parseConnectionsFile } from './file.ts';

const limits = { pollIntervalSeconds: 600, requestsPerMinute: 60 };
const filled = z.string().check(z.minLength(1));
const MARKETPLACES: Record<string, FileMarketplace> = {
  bazaar: {
    info: { title: 'Bazaar', sells: true, webhookSettings: ['header'], ...limits },
    Secrets: z.strictObject({
      apiKey: filled,
      webhookSecret: filled,
      previousWebhookSecret: z.optional(filled),
    }),
    Settings: z.strictObject({ header: z.optional(filled), channel: z.optional(filled), currency: z.optional(filled) }),
  },
  shed: {
    info: { title: 'Shed', sells: false, webhookSettings: [], secretInUrl: true, ...limits },
    Secrets: z.strictObject({ token: filled, webhookSecret: z.optional(filled) }),
    Settings: z.strictObject({ insureFrom: z.optional(z.record(z.string(), z.number())) }),
  },
};

const parse = (content: unknown): Promise<ConnectionsFile> =>
  parseConnectionsFile(
    typeof content === 'string' ? content : JSON.stringify(content),
    Object.keys(MARKETPLACES),
    async (name) => MARKETPLACES[name] as FileMarketplace,
  );

const SECRET = 'a-long-enough-secret';
const shop = (change: object = {}) => ({
  id: 'shop',
  marketplace: 'bazaar',
  baseUrl: 'https://bazaar.test/api',
  secrets: { apiKey: 'key', webhookSecret: SECRET },
  ...change,
});
const withSecrets = (secrets: object) => shop({ secrets: { apiKey: 'key', webhookSecret: SECRET, ...secrets } });

test('a connection has the defaults of its marketplace, and what verifies webhooks stays with the secrets', async () => {
  const shed = { id: 'shed', marketplace: 'shed', baseUrl: 'http://127.0.0.1:1', secrets: { token: 't' } };
  const routes = [{ from: '*', to: 'shed' }];
  const settings = { header: 'x-proof', channel: 'Bazar' };
  const file = await parse({ connections: [shop({ settings, requestsPerMinute: 5 }), shed], routes });
  expect(file).toEqual({
    connections: [
      {
        connection: {
          ...{ id: 'shop', marketplace: 'bazaar', baseUrl: 'https://bazaar.test/api' },
          ...{ settings: { channel: 'Bazar' }, pollIntervalSeconds: 600, requestsPerMinute: 5 },
        },
        secrets: { apiKey: 'key', webhookSecret: SECRET },
        webhookSettings: { header: 'x-proof' },
      },
      {
        connection: { id: 'shed', marketplace: 'shed', baseUrl: 'http://127.0.0.1:1', settings: {}, ...limits },
        secrets: { token: 't' },
        webhookSettings: {},
      },
    ],
    routes,
    warnings: [],
  });
});

test.each([
  ['not JSON', '{', 'not JSON'],
  ['an unknown key', { connections: [shop({ colour: 1 })] }, 'connection "shop": colour: unknown key'],
  ['an unknown secret', { connections: [withSecrets({ more: 'x' })] }, 'connection "shop": secrets.more: unknown key'],
  ['an id twice', { connections: [shop(), shop()] }, 'connection "shop": the id is used twice'],
  ['the seller as a connection', { connections: [shop({ id: 'erp' })] }, 'connection "erp": id: must not be "erp"'],
  ['a stranger’s marketplace', { connections: [shop({ marketplace: 'x' })] }, 'connection "shop": marketplace'],
  ['a route from nobody', { connections: [], routes: [{ from: 'x', to: 'erp' }] }, 'routes[0].from'],
  [
    'a route for what is no country of an order',
    { connections: [], routes: [{ from: '*', match: { country: 'UK' }, to: 'erp' }] },
    'routes: 0.match.country: must be an ISO 3166-1 code',
  ],
  ['a poll once in a century', { connections: [shop({ pollIntervalSeconds: 4e9 })] }, 'pollIntervalSeconds'],
  ['a route to nobody', { connections: [], routes: [{ from: '*', to: 'x' }] }, 'routes[0].to'],
  [
    'a route to a sales channel',
    { connections: [shop()], routes: [{ from: '*', to: 'shop' }] },
    'routes[0].to: "shop" cannot ship, Bazaar is a sales channel',
  ],
])('%s is refused by name', async (_what, content, message) => {
  await expect(parse(content)).rejects.toBeInstanceOf(ConnectionsFileError);
  await expect(parse(content)).rejects.toThrow(message);
});

test('what is no JSON is refused by its line, and nothing of it is said', async () => {
  const refused = await parse('{\n  "connections": [\n    { "secrets": { "token": tok_4711 } }\n  ]\n}').catch(
    (error) => error,
  );
  expect(refused).toBeInstanceOf(ConnectionsFileError);
  expect(refused.message).toBe("not JSON: Unexpected token 'o' (line 3)");
});

test('a byte order mark, as editors write it, is no part of a file', async () => {
  expect(await parse('\uFEFF{ "connections": [], "routes": [] }')).toMatchObject({ connections: [] });
});

test.each([
  ['ftp://bazaar.test', 'must be an http or https URL'],
  ['http://bazaar.test', 'must be https'],
  ['http://127.0.0.1.evil.test', 'must be https'],
  ['https://user:pass@bazaar.test', 'must not hold a user or password'],
  ['https://user@bazaar.test', 'must not hold a user or password'],
  ['https://bazaar.test/api?key=1', 'must end before any "?"'],
  ['https://bazaar.test/api?', 'must end before any "?"'],
  ['https://bazaar.test/api#x', 'must not have a "#" part'],
])('the address %s is refused with how to mend it', async (baseUrl, message) => {
  await expect(parse({ connections: [shop({ baseUrl })] })).rejects.toThrow(`connection "shop": baseUrl: ${message}`);
});

test.each(['http://localhost:4400', 'http://[::1]:4400/x', 'http://127.0.0.1:4400', 'https://bazaar.test:8443/a/b/'])(
  'the address %s is accepted',
  async (baseUrl) => {
    expect((await parse({ connections: [shop({ baseUrl })] })).connections[0]?.connection.baseUrl).toBe(baseUrl);
  },
);

test.each([
  [{ apiKey: 'key\n' }, 'apiKey', 'line break'],
  [{ apiKey: 'ke\r\ny' }, 'apiKey', 'line break'],
  [{ apiKey: ' key' }, 'apiKey', 'blank or line break'],
  [{ apiKey: 'ключ' }, 'apiKey', 'no header can carry'],
  [{ apiKey: 'sk_…' }, 'apiKey', 'no header can carry'],
  [{ webhookSecret: '   ' }, 'webhookSecret', 'must not be blank'],
  [{ previousWebhookSecret: `${SECRET}\n` }, 'previousWebhookSecret', 'line break'],
  [{ webhookSecret: `${SECRET}\u200b` }, 'webhookSecret', 'cannot be seen'],
  [{ webhookSecret: `a\u0000${SECRET}` }, 'webhookSecret', 'cannot be seen'],
])('secrets %o are refused by name', async (secrets, name, message) => {
  const parsed = parse({ connections: [withSecrets(secrets)] });
  await expect(parsed).rejects.toThrow(`connection "shop": secrets.${name}: `);
  await expect(parsed).rejects.toThrow(message);
});

test('a currency that does not exist is refused, and a secret that would be another URL', async () => {
  const shed = { id: 'shed', marketplace: 'shed', baseUrl: 'http://127.0.0.1:1' };
  const put = (...connections: object[]) => parse({ connections });
  await expect(put(shop({ settings: { currency: 'XYZ' } }))).rejects.toThrow('settings: XYZ is no ISO 4217 code');
  const insured = (insureFrom: object) => put({ ...shed, secrets: { token: 't' }, settings: { insureFrom } });
  await expect(insured({ MXN: 1, PESOS: 1 })).rejects.toThrow('connection "shed": settings: PESOS is no ISO 4217 code');
  expect((await insured({ MXN: 1 })).warnings).toEqual([]);
  const webhookSecret = `${SECRET}/2`;
  for (const each of [webhookSecret, '.', '..'])
    await expect(put({ ...shed, secrets: { token: 't', webhookSecret: each } }), each).rejects.toThrow(
      'it ends the URLs of webhooks',
    );
  expect((await put(withSecrets({ webhookSecret }))).warnings).toEqual([]);
});

test('a secret that verifies webhooks may be any text, and a short one is warned of with how to mend it', async () => {
  const { warnings } = await parse({
    connections: [withSecrets({ webhookSecret: 'hasło-sześć', previousWebhookSecret: 'ключ-достаточно-длинный' })],
  });
  expect(warnings).toEqual([expect.stringMatching(/^connection "shop": secrets\.webhookSecret: is shorter than 16/)]);
});

test('what would have orders ship twice, or be taken for others, is warned of', async () => {
  const warningsOf = async (...connections: object[]) => (await parse({ connections })).warnings;
  const twice = await warningsOf(shop(), shop({ id: 'copy', baseUrl: 'https://bazaar.test/api' }));
  expect(twice).toEqual([expect.stringMatching(/^connections "shop" and "copy": are one account/)]);
  const other = { ...withSecrets({ apiKey: 'other' }), id: 'other' };
  expect(await warningsOf(shop(), other)).toEqual([]);
  const alike = { ...other, settings: { channel: 'shop' } };
  expect(await warningsOf(shop(), alike)).toEqual([expect.stringMatching(/have one settings\.channel/)]);
  const shed = { id: 'shed', marketplace: 'shed', baseUrl: 'http://127.0.0.1:1', secrets: { token: 't' } };
  expect(await warningsOf(shed, { ...shed, id: 'more' })).toEqual([]);
});

test('the addresses that a marketplace calls from stand beside its secrets, and what is none is refused by name', async () => {
  const allowedSources = ['203.0.113.0/24', '2001:db8::1'];
  const { connections } = await parse({ connections: [shop({ allowedSources })] });
  expect(connections[0]).toMatchObject({ allowedSources });
  expect(connections[0]?.connection).not.toHaveProperty('allowedSources');
  const refused = (sources: unknown) => expect(parse({ connections: [shop({ allowedSources: sources })] })).rejects;
  await refused(['203.0.113.0/24', 'example.com']).toThrow('connection "shop": allowedSources.1: must be an address');
  await refused([]).toThrow('connection "shop": allowedSources: must name an address, or be left out');
});

test('an endpoint of profile ucp has neither secrets nor a payload, and each is refused by name', async () => {
  const endpoint = { id: 'agent', url: 'https://agent.test/hook', profile: 'ucp' };
  const put = (more: object) => parse({ connections: [], endpoints: [{ ...endpoint, ...more }] });
  expect((await put({})).endpoints).toEqual([{ endpoint: { ...endpoint, types: [], payload: 'thin' } }]);
  const secrets = { signingSecret: `whsec_${'A'.repeat(32)}` };
  await expect(put({ secrets })).rejects.toThrow('endpoint "agent": secrets: is not for the profile ucp');
  for (const payload of ['thin', 'full'])
    await expect(put({ payload })).rejects.toThrow('endpoint "agent": payload: is not for the profile ucp');
  expect((await put({ profile: undefined, payload: 'full', secrets })).endpoints).toEqual([
    { endpoint: { ...endpoint, profile: 'standard-webhooks', types: [], payload: 'full' }, secrets },
  ]);
});
