import type { Connection } from '#lib/connections/connection';
import { getConfiguration } from '#lib/connections/store';
import { loadConnector } from '#lib/marketplaces/load';
import { openRemote } from '#lib/marketplaces/remote';
import { IntegrationError } from '#lib/platform/errors';
import { publicUrl } from '#lib/platform/settings';
import * as z from '#lib/platform/zod';
import { type Synced, syncWebhooks } from '#lib/webhooks/sync';
import { doc, named } from './documented.ts';
import { ApiError, errorResponses, notFound } from './errors.ts';
import { body, json } from './list.ts';
import { createRoute, Routes } from './routes.ts';

/** A few requests within the connection's requests a minute; API Gateway waits 29 seconds. */
const PATIENCE = { maxWaitMs: 2_000, patienceMs: 8_000 };

const SyncedBody = named(
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

const route = createRoute({
  method: 'post',
  path: '/connections/{id}/webhooks/sync',
  tags: ['connections'],
  summary: "Registers the hub's URLs at the marketplace and repairs what is registered there",
  description:
    "The URLs begin with the hub's PUBLIC_URL, a setting of the deployment. A step that the marketplace refuses is told in its `error` and does not keep it from the others; 422 when it does not even tell what is registered.",
  scope: 'ops',
  request: {
    params: z.object({ id: doc(z.string(), { example: 'marketful-mx' }) }),
    body: body(z.strictObject({ dryRun: z._default(z.boolean(), false) }), false),
  },
  responses: {
    200: json('What was done, or would be.', SyncedBody),
    ...errorResponses(400, 401, 403, 404, 413, 415, 422, 500),
  },
});

export const routes = new Routes();

routes.add(route, async (context) => {
  const { dryRun = false } = context.req.valid('json');
  const connection = (await getConfiguration()).connections.get(context.req.valid('param').id);
  if (!connection) throw notFound('connection');
  return context.json(await sync(connection, dryRun), 200);
});

async function sync(connection: Connection, dryRun: boolean): Promise<Synced> {
  const { id, marketplace } = connection;
  const connector = await loadConnector(marketplace);
  // Where nobody calls, no secret is read.
  if (connector.info.topics.length === 0) return { connection: id, marketplace, dryRun, webhooks: [] };
  try {
    // The secret of this moment: it is synced because it was just rotated.
    return await syncWebhooks(connector, await openRemote(connection, PATIENCE, 0), { hub: publicUrl(), dryRun });
  } catch (error) {
    if (error instanceof IntegrationError) throw new ApiError(422, error.code, error.detail.description);
    throw error;
  }
}
