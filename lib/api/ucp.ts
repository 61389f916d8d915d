import type { Context, HonoRequest } from 'hono';
import { getConfiguration } from '#lib/connections/store';
import { getOrder } from '#lib/orders/store';
import { createPoster } from '#lib/platform/http/post';
import { isLocalHub, publicUrl } from '#lib/platform/settings';
import * as z from '#lib/platform/zod';
import type { SignedMessage } from '#lib/ucp/components';
import { getKeys, PROFILE_SECONDS } from '#lib/ucp/keys';
import { createPlatforms } from '#lib/ucp/platforms';
import { businessProfile, UCP_PATH, ucpError } from '#lib/ucp/profile';
import { UcpRefusal } from '#lib/ucp/refusal';
import { verifyUcp } from '#lib/ucp/signatures';
import { bearerKey } from './kit/caller.ts';
import { ApiError, answerError, errorResponses } from './kit/errors.ts';
import { type ApiKey, findApiKey } from './kit/keys.ts';
import { doc, named } from './kit/meta.ts';
import { json, Routes } from './kit/route.ts';
import { OrderId, Ucp } from './order-schema.ts';
import { validUcp } from './present-order.ts';

const UcpProfile = named('UcpProfile', z.looseObject({ ucp: z.unknown(), signing_keys: z.array(z.unknown()) }));

const UcpError = named(
  'UcpError',
  z.object({
    ucp: z.looseObject({ version: z.string(), status: z.literal('error') }),
    messages: z.array(
      z.object({ type: z.literal('error'), code: z.string(), severity: z.string(), content: z.string() }),
    ),
  }),
  { description: 'UCP’s own error: `messages[0].code` says which.' },
);

const UcpRefused = named('UcpRefused', z.object({ code: z.string(), content: z.string() }), {
  description: 'The signature is wrong, or the signer’s profile.',
  example: { code: 'profile_not_trusted', content: 'no endpoint of profile ucp is at https://platform.example' },
});

const header = (description: string) => doc(z.optional(z.string()), { type: 'string', description });

const ucpEndpoints = async (): Promise<ReadonlyArray<{ id: string; url: string }>> =>
  [...(await getConfiguration()).endpoints.values()].filter(({ profile }) => profile === 'ucp');

export function createUcpRoutes({
  findKey = findApiKey,
  findPlatformKey = createPlatforms(createPoster({ loopback: isLocalHub() })),
  listEndpoints = ucpEndpoints,
  findOrder = getOrder,
  readKeys = getKeys,
} = {}): Routes {
  const routes = new Routes('ucp', {
    findCaller: async (request) => ({ key: await callerOf(request), as: 'program' as const }),
  });
  routes.onError(answerUcp);
  routes.add('GET /.well-known/ucp', {
    summary: 'The hub’s UCP business profile, with the keys that its order events are signed with',
    scope: null,
    responses: {
      200: json('By `discovery/profile_schema.json` of UCP 2026-04-08.', UcpProfile),
    },
    answer: async ({ context }) => {
      context.header('Cache-Control', `public, max-age=${PROFILE_SECONDS}`);
      return businessProfile(publicUrl(), await readKeys());
    },
  });
  routes.add(`GET ${UCP_PATH}/orders/{id}`, {
    summary: 'UCP’s Get Order: the order and nothing around it',
    description:
      'With an API key, as `Authorization: Bearer` or `X-API-Key`, or signed (RFC 9421, ES256 or ES384) by a platform that the connections file has an endpoint of profile `ucp` for, with its profile in `UCP-Agent` at that endpoint’s origin. An order that is not there is `not_found` under 200, as UCP’s REST binding has it.',
    scope: 'orders:read',
    request: {
      params: z.object({ id: OrderId }),
      headers: z.object({
        'ucp-agent': header('`profile="https://platform.example/.well-known/ucp"`: who signed.'),
        'signature-input': header(
          'Must cover `@method`, `@authority`, `@path`, `ucp-agent`, and `@query` if there is one.',
        ),
        signature: header('Raw `r‖s`.'),
        'x-api-key': header('An API key, in place of `Authorization`.'),
      }),
    },
    responses: {
      200: json('The order, or `not_found`.', z.union([Ucp, UcpError])),
      ...errorResponses(500),
      401: json('Neither a key nor a signature that holds.', z.union([UcpError, UcpRefused])),
      403: json('The key lacks `orders:read`, or nobody knows the platform.', z.union([UcpError, UcpRefused])),
      400: json('`invalid_profile_url`, `algorithm_unsupported`, `digest_mismatch`.', UcpRefused),
      422: json('`profile_malformed`.', UcpRefused),
      424: json('`profile_unreachable`.', UcpRefused),
    },
    answer: async ({ params }) => {
      const order = await findOrder(params.id);
      if (order) return validUcp(order);
      return ucpError('not_found', 'Order not found.');
    },
  });
  return routes;

  /** A key, or the platform that signed: it may read what it is sent as events, which is all orders. */
  async function callerOf(request: HonoRequest): Promise<ApiKey> {
    const sent = bearerKey(request.header('authorization')) ?? request.header('x-api-key');
    const known = sent === undefined ? undefined : await findKey(sent);
    if (known) return known;
    if (sent !== undefined || request.header('signature-input') === undefined)
      throw new ApiError(401, 'unauthorized', 'Send an API key or a signature.');
    let platform = '';
    await verifyUcp(
      messageOf(request),
      async (profile, kid, found) => {
        platform = await endpointAt(profile);
        return findPlatformKey(profile, kid, found);
      },
      { paths: pathsOf(request) },
    );
    return { name: platform, scopes: ['orders:read'] };
  }

  /** The id of the endpoint at a profile's origin. An endpoint's URL is https, or this very machine's. */
  async function endpointAt(profile: string): Promise<string> {
    const origin = URL.parse(profile)?.origin;
    const found = (await listEndpoints()).find(({ url }) => URL.parse(url)?.origin === origin);
    if (found) return found.id;
    if (!origin?.startsWith('https:'))
      throw new UcpRefusal(400, 'invalid_profile_url', 'the profile is at no https address');
    throw new UcpRefusal(403, 'profile_not_trusted', `no endpoint of profile ucp is at ${origin}`);
  }
}

const messageOf = (request: HonoRequest): SignedMessage => {
  const { pathname, search } = new URL(request.url);
  const scheme = new URL(publicUrl()).protocol.slice(0, -1);
  const authority = (request.header('host') ?? '').toLowerCase().replace(/:443$/, '');
  return { method: request.method, scheme, authority, path: pathname, query: search, headers: request.header() };
};

/**
 * What senders leave unescaped in an id: Python and Java, Go, JavaScript, and all that RFC 3986 allows, with slashes or
 * without.
 */
const BARE = ['', ':', '/', ':/', ':$&+=@', "!'()*", "!$&'()*+,;=:@", "!$&'()*+,;=:@/"];

/** Gateways hand paths over decoded: all spellings that the sender may have signed are tried. */
function pathsOf(request: HonoRequest): string[] {
  const { pathname } = new URL(request.url);
  const start = `${UCP_PATH}/orders/`;
  const bytes = [...Buffer.from(decodeURIComponent(pathname.slice(start.length)))].map((byte) => {
    const letter = String.fromCharCode(byte);
    return { letter, isPlain: /[\w.~-]/.test(letter), code: byte.toString(16).padStart(2, '0') };
  });
  const spell = (bare: string, written: (code: string) => string) =>
    bytes
      .map(({ letter, isPlain, code }) => (isPlain || bare.includes(letter) ? letter : `%${written(code)}`))
      .join('');
  const spelled = BARE.flatMap((bare) => [spell(bare, (code) => code.toUpperCase()), spell(bare, (code) => code)]);
  return [...new Set([pathname, ...spelled.map((id) => start + id)])];
}

const CODES: Readonly<Record<number, string>> = { 401: 'unauthorized', 403: 'insufficient_scope' };

/** UCP's two shapes of an error: what is wrong with a signature, and why an order is not shown. */
function answerUcp(error: Error, context: Context): Response {
  if (error instanceof UcpRefusal) return context.json({ code: error.code, content: error.message }, error.status);
  const code = error instanceof ApiError ? CODES[error.status] : undefined;
  if (!code) return answerError(error, context);
  if (code === 'unauthorized') context.header('WWW-Authenticate', 'Bearer');
  return context.json(ucpError(code, 'Not authorized to access this order.'), code === 'unauthorized' ? 401 : 403);
}

export const routes = createUcpRoutes();
