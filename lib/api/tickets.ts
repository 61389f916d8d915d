import { loadConnector } from '#lib/marketplaces/load';
import { withRemote } from '#lib/marketplaces/remote';
import { findByRemoteId } from '#lib/orders/store';
import * as z from '#lib/platform/zod';
import { findConnection } from './connection-schema.ts';
import { ApiError, errorResponses, orRefused } from './kit/errors.ts';
import { listOf, optionalParam, paging } from './kit/lists.ts';
import { doc, named } from './kit/meta.ts';
import { json, type Routes } from './kit/route.ts';

const text = z.nullable(z.string());

const Ticket = named(
  'Ticket',
  z.object({
    id: z.string(),
    kind: doc(z.string(), { example: 'refund' }),
    status: doc(text, { example: 'OPEN' }),
    serviceStatus: doc(text, { description: 'What the people of its customer service say of it.', example: 'pending' }),
    reason: text,
    remark: text,
    author: z.object({ first_name: text, last_name: text, email: text }),
    comments: doc(z.array(z.string()), { description: 'All that was said, in the order of the marketplace.' }),
    order: doc(text, { description: 'Our order that it is about, where the hub created it.' }),
  }),
);

/** A page is read while the caller waits: API Gateway does so for 29 seconds. */
const PATIENCE = { maxWaitMs: 2_000, patienceMs: 8_000 };
const MAX_CURSOR = 500;

export function addTickets(routes: Routes): void {
  routes.add('GET /connections/{id}/tickets', {
    summary: "Reads the tickets at a marketplace's customer service",
    description: 'Read there at this moment; the hub keeps none. 422 `no_tickets`: the marketplace has none to read.',
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
