import { getConfiguration } from '#lib/connections/store';
import { loadConnector } from '#lib/marketplaces/load';
import { marketplaces } from '#lib/marketplaces/registry';
import * as z from '#lib/platform/zod';
import { askForPoll, getCursor } from '#lib/polling/cursor';
import { PollBody, presentPoll } from './connections.ts';
import { doc, named } from './documented.ts';
import { ApiError, errorResponses, notFound } from './errors.ts';
import { body, Instant, json, Timestamp } from './list.ts';
import { Reason } from './replay-schema.ts';
import { createRoute, Routes } from './routes.ts';

const Asked = named('PollAsked', z.object({ connection: z.string(), askedAt: Timestamp, poll: PollBody }));

const route = createRoute({
  method: 'post',
  path: '/connections/{id}/poll',
  tags: ['connections'],
  summary: 'Makes a connection due now, and with `since` reads again what happened since then',
  description:
    'The poller does it within a minute, at the connection’s own pace; a poll that breaks off goes on where it was. `GET /connections` shows how it goes. 409 `poll_in_progress`: a poll is under way, ask again; 422 `reads_all`: each poll reads everything there is, no `since` is wanted.',
  scope: 'ops',
  request: {
    params: z.object({ id: doc(z.string(), { example: 'sello-se' }) }),
    body: body(
      named(
        'PollRequest',
        z.strictObject({
          since: doc(z.optional(Instant), { type: 'string', format: 'date-time' }),
          reason: Reason,
        }),
        { example: { since: '2026-11-01T00:00:00Z', reason: 'webhooks were off' } },
      ),
      false,
    ),
  },
  responses: {
    202: json('It is due.', Asked),
    ...errorResponses(400, 401, 403, 404, 409, 413, 415, 422, 500),
  },
});

export const routes = new Routes();

routes.add(route, async (context) => {
  const { id } = context.req.valid('param');
  const { since, reason = null } = context.req.valid('json');
  const connection = (await getConfiguration()).connections.get(id);
  const info = connection && marketplaces.find(({ name }) => name === connection.marketplace);
  if (!info) throw notFound('connection');
  const { poll, rewind } = await loadConnector(info.name);
  if (!poll) throw new ApiError(422, 'not_polled', `${info.title} is not polled`);
  if (since !== undefined && !rewind)
    throw new ApiError(422, 'reads_all', `each poll of ${info.title} reads everything there is: poll it`, 'since');
  const now = new Date();
  if (since !== undefined && Date.parse(since) > now.getTime())
    throw new ApiError(400, 'invalid_request', 'since: lies in the future', 'since');
  const askedAt = now.toISOString();
  const backfill = since !== undefined && rewind && { since, askedAt, by: context.var.key.name, reason, rewind };
  if (!(await askForPoll(id, now, backfill || undefined)))
    throw new ApiError(409, 'poll_in_progress', 'a poll of it is under way; ask again when it is done');
  return context.json({ connection: id, askedAt, poll: presentPoll(await getCursor(id)) }, 202);
});
