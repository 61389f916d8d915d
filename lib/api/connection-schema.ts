import type { Connection, Route } from '#lib/connections/connection';
import type { RemovedConnection } from '#lib/connections/store';
import { countOpen, MAX_COUNTED } from '#lib/deliveries/list';
import { listMisses } from '#lib/inbound/misses';
import type { Actions } from '#lib/marketplaces/action';
import { loadConnector } from '#lib/marketplaces/load';
import { marketplaces } from '#lib/marketplaces/registry';
import * as z from '#lib/platform/zod';
import { type Cursor, getCursor } from '#lib/polling/cursor';
import { webhookPath } from '#lib/webhooks/hub-urls';
import { Timestamp } from './kit/members.ts';
import { doc, named } from './kit/meta.ts';

export const PollBody = named(
  'Poll',
  z.object({
    lastPolledAt: z.nullable(Timestamp),
    nextPollAt: z.nullable(Timestamp),
    lastError: doc(z.nullable(z.string()), { description: 'The code of what broke the last poll off.' }),
    unfinished: doc(z.boolean(), { description: 'It has pages left to read, and goes on at `nextPollAt`.' }),
    backfill: doc(
      z.nullable(z.object({ since: Timestamp, askedAt: Timestamp, by: z.string(), reason: z.nullable(z.string()) })),
      { description: 'What is to be read again, until it has been.' },
    ),
  }),
  { description: 'All null before the first poll.' },
);

export const ConnectionBody = named(
  'Connection',
  z.object({
    id: doc(z.string(), { example: 'scopio-main' }),
    marketplace: doc(z.string(), { example: 'scopio' }),
    baseUrl: doc(z.string(), { example: 'https://api.scopio.example' }),
    settings: z.record(z.string(), z.unknown()),
    pollIntervalSeconds: z.number(),
    requestsPerMinute: z.number(),
    webhooks: doc(z.array(z.object({ topic: z.string(), path: z.string() })), {
      description: 'The paths to register at the marketplace; `{secret}` stands for its webhook secret.',
      example: [{ topic: 'order-paid', path: '/webhooks/scopio/scopio-main/order-paid' }],
    }),
    requests: doc(
      z.array(z.object({ action: z.string(), summary: z.string(), inputSchema: z.record(z.string(), z.unknown()) })),
      {
        description:
          'What can be asked of it with `POST /connections/{id}/requests/{action}`, and the JSON Schema of the body.',
        example: [
          {
            action: 'items-delete',
            summary: 'Deletes a product by its id.',
            inputSchema: { type: 'object', properties: { item_id: { type: 'integer' } }, required: ['item_id'] },
          },
        ],
      },
    ),
    poll: PollBody,
    misses: doc(
      z.array(
        z.object({
          day: z.string(),
          firstByWebhook: z.number(),
          firstByPoll: z.number(),
          lateWebhooks: z.number(),
          latenessSeconds: z.number(),
        }),
      ),
      {
        description:
          'By day (UTC), newest first: new orders a webhook told of, those a poll found before any webhook, and how many of these webhooks came late and by how many seconds in all.',
      },
    ),
  }),
);

const open = z.int().check(z.maximum(MAX_COUNTED));

const RemovedBody = named(
  'RemovedConnection',
  z.object({
    id: doc(z.string(), { example: 'scopio-old' }),
    marketplace: doc(z.string(), { example: 'scopio' }),
    removedAt: Timestamp,
    deliveries: doc(z.object({ pending: open, blocked: open, dead: open }), {
      description: `Those that are not done, each counted to ${MAX_COUNTED}.`,
    }),
  }),
  {
    description: 'A connection that the connections file no longer has. Its deliveries wait until it comes back.',
  },
);

const RouteBody = named(
  'Route',
  z.object({
    from: doc(z.string(), { description: 'A connection, or `*`.', example: '*' }),
    match: z.optional(z.object({ country: z.optional(z.string()), skuPrefix: z.optional(z.string()) })),
    to: doc(z.string(), { description: 'A connection, or `erp`.', example: 'marketful-mx' }),
  }),
);

export const Connections = z.object({
  connections: z.array(ConnectionBody),
  removed: z.array(RemovedBody),
  routes: doc(z.array(RouteBody), { description: 'Tried in this order for each line of an order.' }),
});

export const Asked = named('PollAsked', z.object({ connection: z.string(), askedAt: Timestamp, poll: PollBody }));

export const SyncedBody = named(
  'WebhooksSynced',
  z.object({
    connection: z.string(),
    marketplace: z.string(),
    dryRun: z.boolean(),
    webhooks: z.array(
      z.object({
        action: z.enum(['keep', 'create', 'remove', 'leave', 'paste']),
        topic: z.nullable(z.string()),
        url: doc(z.string(), { description: 'Without the secret, which is shown as `…`.' }),
        isForeign: doc(z.optional(z.literal(true)), {
          description: "Somebody else's, which has to go so that ours can stand.",
        }),
        error: doc(z.optional(z.string()), { description: 'Why it could not be done.' }),
      }),
    ),
    pasteHint: doc(z.optional(z.string()), { description: 'Where a person tells the marketplace the URLs.' }),
  }),
);

export const presentRoute = ({ from, match: { country, skuPrefix } = {}, to }: Route): z.infer<typeof RouteBody> => ({
  from,
  ...((country ?? skuPrefix) && { match: { ...(country && { country }), ...(skuPrefix && { skuPrefix }) } }),
  to,
});

export const presentRemoved = async (removed: RemovedConnection): Promise<z.infer<typeof RemovedBody>> => ({
  ...removed,
  deliveries: await countOpen(removed.id),
});

export async function presentConnection(connection: Connection): Promise<z.infer<typeof ConnectionBody>> {
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
    requests: describeRequests(info && (await loadConnector(info.name)).actions.requests),
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

const describeRequests = (requests: Actions['requests'] = {}) =>
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
