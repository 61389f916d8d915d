import * as z from '#lib/platform/zod';
import { errorResponses } from './errors.ts';
import { type Meta, metadata } from './meta.ts';
import type { Answer, RequestShape, Route } from './route.ts';

type Json = Record<string, unknown>;

const BEARER = 'apiKey';

const HEAD = {
  openapi: '3.1.0',
  info: {
    title: 'Longshore',
    version: '1.0.0',
    description:
      'Orders of many marketplaces as UCP 2026-04-08 orders, the parcels that fulfill them, and everything the hub did about them. Instants are in UTC, money is in minor units. Every error has one shape: `{ "error": { "code", "description", "field"? } }`.',
    license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'orders', description: 'What was sold, and the parcels the seller ships.' },
    { name: 'deliveries', description: 'Everything the hub tells a remote, and its attempts.' },
    { name: 'replays', description: 'What operators have replayed, and how far it is.' },
    { name: 'changes', description: 'What changed, for the seller’s own systems.' },
    { name: 'ucp', description: 'The Universal Commerce Protocol, for platforms that speak it.' },
    { name: 'catalog', description: 'What connections sell or stock, and how much of it.' },
    { name: 'events', description: 'What arrived, and what became of it.' },
    { name: 'quarantine', description: 'Webhooks whose proof failed.' },
    { name: 'connections', description: 'The accounts at the marketplaces.' },
    { name: 'webhooks', description: 'Where the marketplaces call.' },
    { name: 'hub', description: 'The hub itself.' },
  ],
};

/** The OpenAPI 3.1 document of these routes, and of `told`, what the hub itself sends, each with its name as its path. */
export function describe(routes: readonly Route[], told: readonly Route[] = []): Json {
  const { components, schemaOf } = readSchemas([...routes, ...told].flatMap(schemasOf));
  const paths: Record<string, Json> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method]: describeRoute(route, schemaOf) };
  const webhooks = Object.fromEntries(
    told.map((route) => [route.path, { [route.method]: describeRoute(route, schemaOf) }]),
  );
  const description =
    'An API key. Its scopes are among `orders:read`, `fulfillments:write`, `changes:read`, `ops`, which includes all of them, and `privacy`, which nothing includes.';
  const securitySchemes = { [BEARER]: { type: 'http', scheme: 'bearer', description } };
  return { ...HEAD, components: { schemas: components, securitySchemes }, paths, webhooks };
}

type SchemaOf = (schema: z.ZodMiniType) => Json;

function schemasOf({ request = {}, responses }: Route): z.ZodMiniType[] {
  const { params, query, headers, body } = request;
  const answers = Object.values(responses).map(({ schema }) => schema);
  return [params, query, headers, body?.schema, ...answers].filter((schema) => schema !== undefined);
}

const EVERY = 'Every';
const INSTANT = '2026-11-20T08:15:00.000Z';

/**
 * Schemas with an `id` become components, the others stand in place: generated as members of one object, so all refer
 * alike.
 */
function readSchemas(schemas: readonly z.ZodMiniType[]): { components: Record<string, Json>; schemaOf: SchemaOf } {
  const keys = new Map(schemas.map((schema, index) => [schema, String(index)]));
  const every = z.object(Object.fromEntries([...keys].map(([schema, key]) => [key, schema])));
  metadata.add(every, { id: EVERY });
  const { schemas: all } = z.toJSONSchema(metadata, {
    metadata,
    uri: (id) => `#/components/schemas/${id}`,
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => mergeMeta(jsonSchema, metadata.get(zodSchema)),
  });
  metadata.remove(every);
  const { [EVERY]: members, ...components } = Object.fromEntries(
    Object.entries(all)
      .map(([id, { $schema: _dialect, $id: _uri, ...schema }]): [string, Json] => [id, schema as Json])
      // Nouns register their schemas in whatever order they are loaded.
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const inline = (members?.properties ?? {}) as Record<string, Json>;
  return { components, schemaOf: (schema) => inline[keys.get(schema) ?? ''] ?? {} };
}

/** Metadata with a `type` replaces the generated schema, other metadata is merged into it. Safe-integer bounds are dropped. */
function mergeMeta(schema: Json, own: Meta = {}): void {
  if ('type' in own) for (const key of Object.keys(schema)) delete schema[key];
  if ('format' in schema) delete schema.pattern;
  if (schema.format === 'date-time') schema.example ??= INSTANT;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  Object.assign(schema, own, { id: undefined });
}

function describeRoute(route: Route, schemaOf: SchemaOf): Json {
  const { tags, summary, description, scope, request = {}, responses } = withRefusals(route);
  const parameters = describeParameters(request, schemaOf);
  return {
    operationId: operationIdOf(route),
    tags,
    summary,
    ...(description && { description }),
    security: scope === null ? [] : [{ [BEARER]: scope === 'any' ? [] : [scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(request.body && { requestBody: { ...request.body, ...contentOf(request.body, schemaOf) } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, answer]) => [status, { ...answer, ...contentOf(answer, schemaOf) }]),
    ),
  };
}

/** A route with the errors of its guards and checks, beside those of its own handler. */
function withRefusals(route: Route): Route {
  const { query, headers, body } = route.request ?? {};
  if (route.scope === null || route.scope === 'any') return route;
  const ofSize = route.method === 'get' ? {} : errorResponses(413);
  const ofRequest = query || headers || body ? errorResponses(400) : {};
  const ofBody = body ? errorResponses(415) : {};
  return {
    ...route,
    responses: { ...ofRequest, ...ofSize, ...ofBody, ...errorResponses(401, 403, 406, 500), ...route.responses },
  };
}

/** An operation's id, from method and path: `postOrdersIdFulfillments`. */
const operationIdOf = ({ method, path }: Route): string =>
  [method, ...(path.match(/[A-Za-z0-9]+/g) ?? [])].reduce((id, word) => id + word[0]?.toUpperCase() + word.slice(1));

/** What a parameter means on every route, unless its own schema says more. */
const PARAMETERS: Readonly<Record<string, string>> = {
  id: 'Its id, percent-encoded once.',
  connection: 'Only for this connection.',
  connectionId: 'The connection’s id.',
  topic: 'The topic of the webhook.',
  secret: 'The secret that proves the caller.',
  marketplace: 'Only for this marketplace.',
  action: 'The action to perform there.',
  kind: 'Only of this kind.',
  state: 'Only in this state.',
  status: 'Only with this status.',
  sku: 'Only this SKU, in this exact spelling.',
  queue: 'Only from this dead-letter queue.',
  cursor: 'The `cursor` of the previous page.',
  day: 'YYYY-MM-DD, in UTC.',
  q: 'A word of the order.',
  include: '`order`: each change comes with the order as it is now.',
};

function describeParameters({ query, params, headers }: RequestShape, schemaOf: SchemaOf): Json[] {
  const parts = { query, path: params, header: headers };
  return Object.entries(parts).flatMap(([where, part]) => {
    if (!part) return [];
    const { properties = {}, required = [] } = schemaOf(part) as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, schema]) => ({
      name,
      in: where,
      required: required.includes(name),
      ...described(schema.description ?? PARAMETERS[name]),
      schema,
    }));
  });
}

const described = (description: unknown) => (description === undefined ? {} : { description });

const contentOf = ({ schema }: Pick<Answer, 'schema'>, schemaOf: SchemaOf) => ({
  schema: undefined,
  ...(schema && { content: { 'application/json': { schema: schemaOf(schema) } } }),
});
