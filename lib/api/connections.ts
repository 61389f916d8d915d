import { randomUUID } from 'node:crypto';
import type { Connection } from '#lib/connections/connection';
import { getConfiguration } from '#lib/connections/store';
import type { Delivery as StoredDelivery } from '#lib/deliveries/delivery';
import { getDelivery, openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { loadConnector } from '#lib/marketplaces/load';
import { roleOf } from '#lib/marketplaces/registry';
import { openRemote } from '#lib/marketplaces/remote';
import { shortHash } from '#lib/platform/hash';
import { ENDPOINT } from '#lib/platform/names';
import { publicUrl } from '#lib/platform/settings';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import * as z from '#lib/platform/zod';
import { askForPoll, getCursor } from '#lib/polling/cursor';
import { syncWebhooks } from '#lib/webhooks/sync';
import { Synced } from '#lib/webhooks/sync-schema';
import { addShapeAndTry, addTickets, PATIENCE } from './connection-reads.ts';
import {
  Connections,
  findConnection,
  PollAsked,
  presentConnection,
  presentPoll,
  presentRemoved,
  presentRoute,
} from './connection-schema.ts';
import { Delivery, presentDelivery } from './delivery-schema.ts';
import { ApiError, errorResponses, invalid, invalidRequest, orRefused, tooLarge } from './kit/errors.ts';
import { idempotency, idempotencyHeader } from './kit/idempotency.ts';
import { sizeOf } from './kit/lists.ts';
import { doc, Instant, named, Reason } from './kit/meta.ts';
import { body, json, optionalBody, Routes } from './kit/route.ts';

const Input = doc(z.record(z.string(), z.unknown()), {
  description: 'By the `inputSchema` of this request in `GET /connections`; unknown members are refused by name.',
  example: { items: [{ title: 'Red mug', list_price: 355, sku: 'MUG-RED', ean: '5901234123457' }] },
});

export const routes = new Routes('connections');
addShapeAndTry(routes);
addTickets(routes);

routes.add('GET /connections', {
  summary: 'Lists all connections, without their secrets',
  scope: 'ops',
  responses: { 200: json('Always one page.', Connections) },
  answer: async () => {
    const configuration = await getConfiguration();
    const [all, removed] = await Promise.all([
      Promise.all([...configuration.connections.values()].map(presentConnection)),
      Promise.all(
        [...configuration.removed.values()].filter(({ marketplace }) => marketplace !== ENDPOINT).map(presentRemoved),
      ),
    ]);
    return { connections: all, removed, routes: configuration.routes.map(presentRoute) };
  },
});

routes.add('POST /connections/{id}/poll', {
  summary: 'Makes a connection due now, and with `since` reads again what happened since then',
  description:
    'The poller does it within a minute, at the connection’s own pace; a poll that breaks off continues where it was. `GET /connections` shows how it goes. While a poll is under way (four minutes at most) it waits for that. 422 `reads_all`: each poll reads everything there is.',
  scope: 'ops',
  request: {
    params: z.object({ id: doc(z.string(), { example: 'sello-se' }) }),
    body: optionalBody(
      named(
        'PollRequest',
        z.strictObject({
          since: doc(z.optional(Instant), { type: 'string', format: 'date-time' }),
          reason: Reason,
        }),
        { example: { since: '2026-11-01T00:00:00Z', reason: 'webhooks were off' } },
      ),
    ),
  },
  responses: { 202: json('It is due.', PollAsked), ...errorResponses(404, 422) },
  answer: async ({ params: { id }, body: { since, reason = null }, by }) => {
    const { info } = roleOf((await findConnection(id)).marketplace);
    if (since !== undefined && !info.pollsChanges)
      throw new ApiError(422, 'reads_all', `each poll of ${info.title} reads everything there is: poll it`, 'since');
    const now = new Date();
    if (since !== undefined && Date.parse(since) > now.getTime()) throw invalid('since', 'lies in the future');
    const askedAt = now.toISOString();
    await askForPoll(id, now, since === undefined ? undefined : { since, askedAt, by, reason });
    return { connection: id, askedAt, poll: presentPoll(await getCursor(id)) };
  },
});

routes.add('POST /connections/{id}/webhooks/sync', {
  summary: "Registers the hub's URLs at the marketplace and repairs what is registered there",
  description:
    "The URLs begin with the hub's PUBLIC_URL, a setting of the deployment. A step that the marketplace refuses has an `error` and does not stop the others; 422 if the marketplace does not even tell what is registered.",
  scope: 'ops',
  request: {
    params: z.object({ id: doc(z.string(), { example: 'marketful-mx' }) }),
    body: optionalBody(z.strictObject({ dryRun: z._default(z.boolean(), false) })),
  },
  responses: { 200: json('What was done, or would be.', Synced), ...errorResponses(404, 422) },
  answer: async ({ params, body: { dryRun } }) => sync(await findConnection(params.id), dryRun),
});

async function sync(connection: Connection, dryRun: boolean): Promise<Synced> {
  const { id, marketplace } = connection;
  const connector = await loadConnector(marketplace);
  // A marketplace that sends no webhooks has no URL to register, so its secret is not needed.
  if (connector.info.topics.length === 0) return { connection: id, marketplace, dryRun, webhooks: [] };
  return orRefused(async () => {
    // Secrets at most 0 ms old: URLs are synced because a secret was just rotated.
    return syncWebhooks(connector, await openRemote(connection, PATIENCE, 0), { hub: publicUrl(), dryRun });
  });
}

routes.add('POST /connections/{id}/requests/{action}', {
  summary: 'Asks a marketplace for something',
  description:
    'An item, an entry order, a return: what a connection takes is in `GET /connections`. It is a delivery like any other: retried, probed, replayed. 404 `unknown_action` names the requests there are.',
  scope: 'ops',
  request: {
    params: z.object({
      id: doc(z.string(), { example: 'marketful-mx' }),
      action: doc(z.string(), { example: 'items-create' }),
    }),
    headers: idempotencyHeader,
    body: body(Input),
  },
  responses: { 202: json('The delivery, which runs at once.', Delivery), ...errorResponses(404, 422) },
  answer: async ({ params: { id, action }, headers: { 'idempotency-key': key }, body, by }) =>
    presentDelivery(await postRequest(await findConnection(id), { action, body, by, key })),
});

/** Opens the delivery that asks a marketplace for something; the same Idempotency-Key gives the same delivery. */
async function postRequest(
  { id: connection, marketplace }: Connection,
  { action, body, by, key }: { action: string; body: unknown; by: string; key: string | undefined },
): Promise<StoredDelivery> {
  const input = await checkInput(marketplace, action, body);
  const repeated = idempotency<string>(by, key, [connection, action, input]);
  return untilCommitted('what a request is about', async () => {
    const before = await repeated.find();
    const known = before === undefined ? undefined : await getDelivery(before);
    if (known) return known;
    const id = `dlv_${shortHash('request', randomUUID())}`;
    const asked = { id, kind: 'push', action, connection, marketplace, order: null, subject: { input } } as const;
    const delivery = openDelivery(asked, new Date().toISOString());
    if (!(await transact([putNewDelivery(delivery), ...repeated.remember(delivery.id)]))) return undefined;
    await ring([delivery]);
    return delivery;
  });
}

/** An item's 400 KB need room for the outcome: a request whose outcome cannot be recorded would hang for ever. */
const MAX_INPUT_BYTES = 380_000;

/**
 * The body as the action's schema reads it. Throws ApiError 404 for an unknown action, 400 for a refused body, 422 if
 * too large.
 */
async function checkInput(marketplace: string, action: string, body: unknown): Promise<unknown> {
  const { info, actions } = await loadConnector(marketplace);
  const { requests = {} } = actions;
  const request = Object.hasOwn(requests, action) ? requests[action] : undefined;
  if (!request) {
    const known = Object.keys(requests);
    const description = known.length > 0 ? `${info.title} has ${known.join(', ')}` : `${info.title} takes no requests`;
    throw new ApiError(404, 'unknown_action', `there is no such request: ${description}`);
  }
  const result = request.Input.safeParse(body);
  if (!result.success) throw invalidRequest(result.error.issues);
  if (sizeOf(result.data) > MAX_INPUT_BYTES) throw tooLarge();
  return result.data;
}
