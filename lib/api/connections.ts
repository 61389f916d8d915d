import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Connection, Route } from '#lib/connections/connection';
import { getConfiguration, type RemovedConnection } from '#lib/connections/store';
import { countOpen, MAX_COUNTED } from '#lib/deliveries/count-open';
import type { Connector } from '#lib/marketplaces/contract';
import { loadConnector } from '#lib/marketplaces/load';
import { marketplaces } from '#lib/marketplaces/registry';
import { type Cursor, getCursor } from '#lib/polling/cursor';
import { listMisses } from '#lib/polling/misses';
import { webhookPath } from '#lib/webhooks/hub-urls';
import { type ApiEnv, guardedBy } from './auth.ts';
import { errorResponses } from './errors.ts';
import { json, Timestamp } from './list.ts';

export const PollBody = z
  .object({
    lastPolledAt: Timestamp.nullable(),
    nextPollAt: Timestamp.nullable(),
    lastError: z.string().nullable().openapi({ description: 'The code of what broke the last poll off.' }),
    unfinished: z.boolean().openapi({ description: 'It has pages left to read, and goes on at `nextPollAt`.' }),
    backfill: z
      .object({ since: Timestamp, askedAt: Timestamp, by: z.string(), reason: z.string().nullable() })
      .nullable()
      .openapi({ description: 'What is to be read again, until it has been.' }),
  })
  .openapi('Poll', { description: 'All null before the first poll.' });

const ConnectionBody = z
  .object({
    id: z.string().openapi({ example: 'scopio-main' }),
    marketplace: z.string().openapi({ example: 'scopio' }),
    baseUrl: z.string().openapi({ example: 'https://api.scopio.example' }),
    settings: z.record(z.string(), z.unknown()),
    pollIntervalSeconds: z.number(),
    requestsPerMinute: z.number(),
    webhooks: z.array(z.object({ topic: z.string(), path: z.string() })).openapi({
      description: 'The paths to register at the marketplace; `{secret}` stands for its webhook secret.',
      example: [{ topic: 'order-paid', path: '/webhooks/scopio/scopio-main/order-paid' }],
    }),
    requests: z
      .array(z.object({ action: z.string(), summary: z.string(), inputSchema: z.record(z.string(), z.unknown()) }))
      .openapi({
        description:
          'What can be asked of it with `POST /connections/{id}/requests/{action}`, and the JSON Schema of the body.',
        example: [
          {
            action: 'items-delete',
            summary: 'Deletes a product by its id.',
            inputSchema: { type: 'object', properties: { item_id: { type: 'integer' } }, required: ['item_id'] },
          },
        ],
      }),
    poll: PollBody,
    misses: z
      .array(
        z.object({
          day: z.string(),
          firstByWebhook: z.number(),
          firstByPoll: z.number(),
          lateWebhooks: z.number(),
          latenessSeconds: z.number(),
        }),
      )
      .openapi({
        description:
          'By day (UTC), newest first: new orders a webhook told of, those a poll found before any webhook, and how many of these webhooks came late and by how many seconds in all.',
      }),
  })
  .openapi('Connection');

const open = z.number().int().max(MAX_COUNTED);

const RemovedBody = z
  .object({
    id: z.string().openapi({ example: 'scopio-old' }),
    marketplace: z.string().openapi({ example: 'scopio' }),
    removedAt: Timestamp,
    deliveries: z
      .object({ pending: open, blocked: open, dead: open })
      .openapi({ description: `Those that are not done, each counted to ${MAX_COUNTED}.` }),
  })
  .openapi('RemovedConnection', {
    description: 'A connection that the connections file no longer has. Its deliveries wait until it comes back.',
  });

const RouteBody = z
  .object({
    from: z.string().openapi({ description: 'A connection, or `*`.', example: '*' }),
    match: z.object({ country: z.string().optional(), skuPrefix: z.string().optional() }).optional(),
    to: z.string().openapi({ description: 'A connection, or `erp`.', example: 'marketful-mx' }),
  })
  .openapi('Route');

const Connections = z.object({
  connections: z.array(ConnectionBody),
  removed: z.array(RemovedBody),
  routes: z.array(RouteBody).openapi({ description: 'Tried in this order for each line of an order.' }),
});

const listRoute = createRoute({
  method: 'get',
  path: '/connections',
  tags: ['connections'],
  summary: 'Lists all connections, without their secrets',
  ...guardedBy('ops'),
  responses: {
    200: json('Always one page.', Connections),
    ...errorResponses(401, 403, 500),
  },
});

export const connections = new OpenAPIHono<ApiEnv>();

connections.openapi(listRoute, async (context) => {
  const configuration = await getConfiguration();
  const [all, removed] = await Promise.all([
    Promise.all([...configuration.connections.values()].map(present)),
    Promise.all([...configuration.removed.values()].map(presentRemoved)),
  ]);
  return context.json({ connections: all, removed, routes: configuration.routes.map(presentRoute) }, 200);
});

const presentRoute = ({ from, match: { country, skuPrefix } = {}, to }: Route): z.infer<typeof RouteBody> => ({
  from,
  ...((country ?? skuPrefix) && { match: { ...(country && { country }), ...(skuPrefix && { skuPrefix }) } }),
  to,
});

const presentRemoved = async (removed: RemovedConnection): Promise<z.infer<typeof RemovedBody>> => ({
  ...removed,
  deliveries: await countOpen(removed.id),
});

async function present(connection: Connection): Promise<z.infer<typeof ConnectionBody>> {
  const { id, marketplace, baseUrl, settings, pollIntervalSeconds, requestsPerMinute } = connection;
  const info = marketplaces.find(({ name }) => name === marketplace);
  const [cursor, misses] = await Promise.all([getCursor(id), listMisses(id)]);
  return {
    id,
    marketplace,
    baseUrl: withoutUserInfo(baseUrl),
    settings,
    pollIntervalSeconds,
    requestsPerMinute,
    webhooks: info ? info.topics.map((topic) => ({ topic, path: webhookPath(info, id, topic) })) : [],
    requests: describeRequests(info && (await loadConnector(info.name)).requests),
    poll: presentPoll(cursor),
    misses,
  };
}

/** Where a connection's polls stand, as callers see it. */
export const presentPoll = (cursor: Cursor | undefined): z.infer<typeof PollBody> => ({
  lastPolledAt: cursor?.lastPolledAt ?? null,
  nextPollAt: cursor?.nextPollAt ?? null,
  lastError: cursor?.lastError ?? null,
  unfinished: typeof cursor?.resume === 'string',
  backfill: cursor?.backfill ?? null,
});

const describeRequests = (requests: Connector['requests'] = {}) =>
  Object.entries(requests).map(([action, { summary, Input }]) => {
    const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(Input, { io: 'input', unrepresentable: 'any' });
    return { action, summary, inputSchema };
  });

/** A URL may carry a user and a password, which are secrets. */
function withoutUserInfo(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return '';
  const url = new URL(baseUrl);
  if (!url.username && !url.password) return baseUrl;
  url.username = '';
  url.password = '';
  return url.href;
}
