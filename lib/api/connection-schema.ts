import { retryPolicyOf } from '#lib/connections/connection';
import {
  Connection as ConnectionFacts,
  RemovedConnection as RemovedFacts,
  Route,
} from '#lib/connections/connection-schema';
import { withoutUserInfo } from '#lib/connections/plausible';
import { getConfiguration } from '#lib/connections/store';
import { countOpen, MAX_COUNTED } from '#lib/deliveries/list';
import { Misses } from '#lib/inbound/event-schema';
import { listMisses } from '#lib/inbound/misses';
import { countShapeChanges } from '#lib/inbound/shape';
import type { Actions } from '#lib/marketplaces/action';
import { loadConnector } from '#lib/marketplaces/load';
import { marketplaces } from '#lib/marketplaces/registry';
import { orNotFound } from '#lib/platform/errors';
import { awaySince } from '#lib/platform/rate-limit/breaker';
import { pollIntervalSeconds } from '#lib/platform/settings';
import * as z from '#lib/platform/zod';
import { type Cursor, findAsked, getCursor, NEVER_POLLED } from '#lib/polling/cursor';
import { Backfill, PollFacts } from '#lib/polling/poll-schema';
import { webhookPath } from '#lib/webhooks/hub-urls';
import { ShownStep, Synced } from '#lib/webhooks/sync-schema';
import { doc, metadata, named, pick } from './kit/meta.ts';

export const Poll = named(
  'Poll',
  z.extend(PollFacts, {
    unfinished: doc(z.boolean(), { description: 'It has pages left to read, and continues at `nextPollAt`.' }),
    backfill: doc(z.nullable(Backfill), { description: 'What is to be read again, until it has been.' }),
  }),
  {
    description: 'All null before the first poll.',
    members: {
      lastError: 'The code of the error that broke off the last poll.',
      remark: 'What the last poll found that a person should know; if it broke off, which member it could not read.',
      webhooks:
        'Whether the hub was in the marketplace’s registry at the last daily check: what was lost is registered again (`repaired`), or waits for a person (`lost`). Null if no registry can be read.',
    },
  },
);
export type Poll = z.infer<typeof Poll>;

export const Connection = named(
  'Connection',
  z.extend(ConnectionFacts, {
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
    poll: Poll,
    shape: doc(z.object({ appeared: z.int(), vanished: z.int() }), {
      description:
        'Members of its bodies that appeared or vanished within the last week: `GET /connections/{id}/shape`.',
    }),
    misses: doc(z.array(Misses), {
      description:
        'By day (UTC), newest first: new orders that a webhook told of first, those that a poll found first, and how many of their webhooks came late, by how many seconds in all. What webhooks told first is up to half an hour behind, and may miss a few.',
    }),
    polledEverySeconds: doc(z.number(), {
      description: '`pollIntervalSeconds`, or the deployment’s `POLL_INTERVAL_SECONDS`, which overrides all.',
    }),
    awaySince: doc(z.nullable(z.iso.datetime()), {
      description: 'When every call to it began to fail, so that its deliveries wait; null while it is there.',
    }),
  }),
  {
    members: {
      id: { example: 'scopio-main' },
      marketplace: { example: 'scopio' },
      baseUrl: { example: 'https://api.scopio.example' },
    },
  },
);
export type Connection = z.infer<typeof Connection>;

const open = z.int().check(z.maximum(MAX_COUNTED));

export const RemovedConnection = named(
  'RemovedConnection',
  z.extend(RemovedFacts, {
    deliveries: doc(z.object({ pending: open, blocked: open, dead: open }), {
      description: `Deliveries that are not done, each count limited to ${MAX_COUNTED}.`,
    }),
  }),
  {
    description: 'A connection that the connections file no longer has. Its deliveries wait until it comes back.',
    members: {
      id: { example: 'scopio-old' },
      marketplace: { example: 'scopio' },
    },
  },
);
export type RemovedConnection = z.infer<typeof RemovedConnection>;

named('Route', Route, {
  members: {
    from: { description: 'A connection, or `*`.', example: '*' },
    to: { description: 'A connection, or `erp`.', example: 'marketful-mx' },
  },
});

export const Connections = z.object({
  connections: z.array(Connection),
  removed: z.array(RemovedConnection),
  routes: doc(z.array(Route), { description: 'Tried in this order for each line of an order.' }),
});
export type Connections = z.infer<typeof Connections>;

export const PollAsked = named(
  'PollAsked',
  z.object({ connection: z.string(), askedAt: z.iso.datetime(), poll: Poll }),
);
export type PollAsked = z.infer<typeof PollAsked>;

named('WebhooksSynced', Synced, { members: { pasteHint: 'Where a person enters the URLs at the marketplace.' } });
metadata.add(ShownStep.shape.url, { description: 'Without the secret, which is shown as `…`.' });
metadata.add(ShownStep.shape.isForeign, {
  description: 'Somebody else’s, which must be removed so that ours can be registered.',
});
metadata.add(ShownStep.shape.error, { description: 'Why it could not be done.' });

export function presentRoute({ from, match = {}, to }: Route): Route {
  const told = Object.entries(match).filter(([, word]) => word);
  return { from, ...(told.length > 0 && { match: Object.fromEntries(told) }), to };
}

export const presentRemoved = async (removed: z.infer<typeof RemovedFacts>): Promise<RemovedConnection> => ({
  ...removed,
  deliveries: await countOpen(removed.id),
});

export async function presentConnection(connection: z.infer<typeof ConnectionFacts>): Promise<Connection> {
  const { id, marketplace, baseUrl } = connection;
  const info = marketplaces.find(({ name }) => name === marketplace);
  const [cursor, misses, shape, away] = await Promise.all([
    getCursor(id),
    listMisses(id),
    countShapeChanges(id),
    awaySince(id, retryPolicyOf(connection)),
  ]);
  return {
    ...pick(ConnectionFacts, connection),
    baseUrl: withoutUserInfo(baseUrl),
    webhooks: info ? info.topics.map((topic) => ({ topic, path: webhookPath(info, id, topic) })) : [],
    requests: describeRequests(info && (await loadConnector(info.name)).actions.requests),
    poll: presentPoll(cursor),
    shape,
    misses,
    polledEverySeconds: pollIntervalSeconds(connection.pollIntervalSeconds),
    awaySince: away,
  };
}

/** Throws NotFoundError for an id that the connections file does not have. */
export const findConnection = async (id: string): Promise<z.infer<typeof ConnectionFacts>> =>
  orNotFound((await getConfiguration()).connections.get(id), 'connection');

/** How a connection's polls stand, as the API shows it. */
export const presentPoll = (cursor: Cursor | undefined): Poll => ({
  ...pick(PollFacts, { ...NEVER_POLLED, ...cursor }),
  // A backfill that the next poller takes up begins anew.
  unfinished: !findAsked(cursor) && typeof (cursor?.resume ?? cursor?.aside?.resume) === 'string',
  backfill: findAsked(cursor) ?? cursor?.backfill ?? null,
});

const describeRequests = (requests: Actions['requests'] = {}) =>
  Object.entries(requests).map(([action, { summary, Input }]) => {
    const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(Input, { io: 'input', unrepresentable: 'any' });
    return { action, summary, inputSchema };
  });
