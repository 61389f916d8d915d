import { Explanation } from '#lib/explanation/explanation-schema';
import { listShapes } from '#lib/inbound/shape';
import { ShapeMember, TopicShape } from '#lib/inbound/shape-schema';
import { loadConnector } from '#lib/marketplaces/load';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { withRemote } from '#lib/marketplaces/remote';
import { findByRemoteId } from '#lib/orders/store';
import * as z from '#lib/platform/zod';
import { tryBody } from '#lib/remap/try-body';
import { findConnection } from './connection-schema.ts';
import { ApiError, errorResponses, orRefused } from './kit/errors.ts';
import { listOf, optionalParam, paging } from './kit/lists.ts';
import { doc, named } from './kit/meta.ts';
import { body, json, type Routes } from './kit/route.ts';
import { OrderSummary } from './order-schema.ts';
import { presentSummary } from './present-order.ts';

named('ShapeMember', ShapeMember, {
  example: {
    ...{ path: 'order.items[].loyalty', types: ['number'], seen: 41, isRead: false },
    ...{ appearedAt: '2026-11-20T08:15:00.000Z', vanishedAt: null },
  },
  members: {
    path: '`[]` is any item of a list, `*` a key that is data.',
    seen: 'The number of bodies that had it.',
    isRead: 'Whether the connector looks at it.',
    appearedAt: 'When it first appeared, if the topic was known already.',
    vanishedAt: 'When it vanished, after it had always been there.',
  },
});
const Shape = named(
  'ConnectionShape',
  z.object({ connection: z.string(), topics: z.array(named('TopicShape', TopicShape)) }),
  { description: 'What the bodies of a connection have: paths, types and counts, never values.' },
);
export type Shape = z.infer<typeof Shape>;

const Problem = z.object({ code: z.string(), description: z.string(), field: z.nullable(z.string()) });
const Placement = z.object({
  to: doc(z.nullable(z.string()), { description: 'A connection, or `erp`; null: nobody ships it.' }),
  lineItems: z.array(z.object({ id: z.string(), quantity: z.int() })),
  blocked: z.nullable(z.object({ code: z.string(), description: z.string() })),
});

const Tried = named(
  'Tried',
  z.object({
    connection: z.string(),
    topic: z.string(),
    means: doc(z.nullable(z.string()), {
      description: '`order`, `shipment`, `placement-refused`, `products`, `fetch` or `none`; null if unknown.',
      example: 'order',
    }),
    error: doc(z.nullable(Problem), { description: 'Why it could not be read, with the path of the member.' }),
    read: doc(z.array(z.string()), { description: 'Paths that the connector looks at.' }),
    unread: doc(z.array(z.string()), {
      description: 'Paths that it does not look at, only the topmost of each branch.',
    }),
    aliases: doc(z.array(z.object({ from: z.string(), to: z.string() })), {
      description: 'The entries of `settings.fields` that applied.',
    }),
    order: doc(z.nullable(OrderSummary), { description: 'The order as it would be received.' }),
    placements: doc(z.array(Placement), { description: 'What would be placed where.' }),
    explanation: z.nullable(Explanation),
    change: doc(z.nullable(z.record(z.string(), z.unknown())), {
      description: 'What it means, if that is no order.',
    }),
  }),
  { description: 'What a body would become. Nothing was stored.' },
);
export type Tried = z.infer<typeof Tried>;

/** The routes that tell how a connection's bodies are understood. */
export function addShapeAndTry(routes: Routes): void {
  routes.add('GET /connections/{id}/shape', {
    summary: 'Which members the bodies of a connection have, and which of them are read',
    scope: 'ops',
    request: { params: z.object({ id: doc(z.string(), { example: 'scopio-main' }) }) },
    responses: { 200: json('By topic.', Shape), ...errorResponses(404) },
    answer: async ({ params }) => {
      const { id } = await findConnection(params.id);
      return { connection: id, topics: await listShapes(id) };
    },
  });

  routes.add('POST /connections/{id}/try', {
    summary: 'Runs a body through mapping and planning, and nothing else',
    description: 'As if nothing were known of what it tells. Nothing is stored, placed or sent.',
    scope: 'ops',
    request: {
      params: z.object({ id: doc(z.string(), { example: 'scopio-main' }) }),
      body: body(
        named(
          'TryRequest',
          z.strictObject({
            topic: doc(z.string(), { description: 'A webhook’s topic, or that of an event from a poll or fetch.' }),
            body: z.unknown(),
          }),
          { example: { topic: 'order-paid', body: { id: 'ord_8f3a' } } },
        ),
      ),
    },
    responses: { 200: json('What it comes to.', Tried), ...errorResponses(404) },
    answer: async ({ params, body: asked }) => {
      const connection = await findConnection(params.id);
      const network = await getNetwork();
      const tried = tryBody(asked, connection, await loadConnector(connection.marketplace), network);
      return present(connection.id, asked.topic, tried, network);
    },
  });
}

function present(connection: string, topic: string, tried: ReturnType<typeof tryBody>, network: Network): Tried {
  const { change, error, members, unread, aliases, order, placements, explanation } = tried;
  return {
    ...{ connection, topic, aliases, placements, explanation, means: change?.type ?? null },
    error: error && { code: error.code, description: error.description, field: error.field ?? null },
    read: members.filter(({ isRead }) => isRead).map(({ path }) => path),
    unread: [...unread],
    order: order && presentSummary(order, network),
    change: change === null || change.type === 'order' ? null : { ...change },
  };
}

const text = z.nullable(z.string());

const Ticket = named(
  'Ticket',
  z.object({
    id: z.string(),
    kind: doc(z.string(), { example: 'refund' }),
    status: doc(text, { example: 'OPEN' }),
    serviceStatus: doc(text, { description: 'The status in the words of the customer service.', example: 'pending' }),
    reason: text,
    remark: text,
    author: z.object({ first_name: text, last_name: text, email: text }),
    comments: doc(z.array(z.string()), { description: 'Everything that was said, in the marketplace’s sequence.' }),
    order: doc(text, { description: 'The one of our orders that it is about, if the hub created it.' }),
  }),
);

/** How long a marketplace may wait for the rate limit while the caller waits: API Gateway waits for 29 seconds. */
export const PATIENCE = { maxWaitMs: 2_000, patienceMs: 8_000 };
const MAX_CURSOR = 500;

export function addTickets(routes: Routes): void {
  routes.add('GET /connections/{id}/tickets', {
    summary: "Reads the tickets at a marketplace's customer service",
    description: 'Read there at this moment, and not stored. 422 `no_tickets`: the marketplace has none to read.',
    scope: 'ops',
    request: {
      params: z.object({ id: doc(z.string(), { example: 'shoppo-supply' }) }),
      query: z.strictObject({
        limit: paging.limit,
        cursor: doc(optionalParam(z.string().check(z.maxLength(MAX_CURSOR))), { type: 'string' }),
      }),
    },
    responses: { 200: json('A page of tickets.', listOf('tickets', Ticket)), ...errorResponses(404, 422) },
    answer: async ({ params, query: { limit, cursor: after = '' } }) => {
      const connection = await findConnection(params.id);
      const { info, tickets: list } = await loadConnector(connection.marketplace);
      if (!list) throw new ApiError(422, 'no_tickets', `${info.title} has no tickets to read`);
      const asked = { cursor: after === '' ? null : Buffer.from(after, 'base64url').toString(), limit };
      const { tickets, cursor } = await orRefused(() =>
        withRemote(connection, PATIENCE, (remote) => list(remote, asked)),
      );
      const known = await Promise.all(
        tickets.map(async (ticket) => ({ ...ticket, order: (await findByRemoteId(connection.id, ticket.id)) ?? null })),
      );
      return { tickets: known, ...(cursor && { cursor: Buffer.from(cursor).toString('base64url') }) };
    },
  });
}
