import type { Context } from 'hono';
import { Change } from '#lib/changes/change-schema';
import { ConsumerFacts } from '#lib/changes/consumer-schema';
import { consumers } from '#lib/changes/consumers';
import { decodeMarks, encodeMarks, sinceOf } from '#lib/changes/cursor';
import { isOfType, marksAt, readChanges } from '#lib/changes/read';
import { ChangeType, isChangeType } from '#lib/connections/endpoint-schema';
import { everyConnection, getAccounts } from '#lib/connections/store';
import { getOrders } from '#lib/orders/store';
import { NotFoundError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import * as z from '#lib/platform/zod';
import { errorResponses, MAX_ANSWER_BYTES } from './kit/errors.ts';
import { optionalParam, paging, sizeOf, textParam } from './kit/lists.ts';
import { doc, Instant, named } from './kit/meta.ts';
import { body, json, optionalBody, Routes } from './kit/route.ts';
import { OrderSummary } from './order-schema.ts';
import { presentSummaries } from './present-order.ts';

export const ChangeAnswer = named(
  'Change',
  z.extend(Change, {
    snapshot: doc(z.optional(z.nullable(OrderSummary)), {
      description: 'With `include=order`: the order as it is now, which may be newer than the change.',
    }),
  }),
  {
    members: {
      id: {
        description: 'The same for the same change, however often it is told.',
        example: 'chg_5be1f6c2a93d70418f26',
      },
      order: { description: 'Null for a product.', example: 'scopio-main:ord_8f3a' },
      connection: { description: 'The connection that sold the order, or has the product.', example: 'scopio-main' },
      revision: {
        description: 'The order’s: all changes of one commit share it. Drop a change older than what you have.',
        example: 7,
      },
      changed: { description: 'Members of the order that have another value now.', example: ['shippingAddress'] },
      delivery: 'The delivery that it is about.',
      sku: 'Of a product.',
    },
  },
);

const Changes = named(
  'Changes',
  z.object({
    changes: z.array(ChangeAnswer),
    cursor: doc(z.string(), { description: 'Continues after these changes; commit it once you have dealt with them.' }),
    caughtUp: doc(z.boolean(), { description: 'Nothing more was in the feed when it was read.' }),
  }),
);

const typesOf = (text: string | undefined): string[] => text?.split(',') ?? [];
const types = z.pipe(
  optionalParam(
    z.string().check(
      z.refine((text) => typesOf(text).every(isChangeType), {
        error: `expected types such as order.* or ${ChangeType.options.join(', ')}`,
      }),
    ),
  ),
  z.transform(typesOf),
);

const Cursor = optionalParam(z.string().check(z.maxLength(512)));

const ConsumerAnswer = named('Consumer', ConsumerFacts, {
  members: {
    id: { example: 'erp' },
    committed: 'The cursor up to which it has dealt with everything.',
    lagSeconds: 'Age of the oldest change after its cursor; 0 if there is none.',
    lagEntries: 'Changes after its cursor, of all types and connections: counted, not estimated.',
  },
});
export type ConsumerAnswer = z.infer<typeof ConsumerAnswer>;

const ConsumerId = doc(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)), { example: 'erp' });
const params = z.object({ id: ConsumerId });
const From = z.union([z.enum(['earliest', 'latest']), Instant], { error: 'expected earliest, latest or an instant' });

const ANSWERS = { 200: json('The consumer.', ConsumerAnswer), ...errorResponses(400, 404) };
const WRITTEN = { ...ANSWERS, ...errorResponses(422) };
const COMMITTED = { ...WRITTEN, ...errorResponses(409) };

export const routes = new Routes('changes');

routes.add('GET /changes', {
  summary: 'What changed since, in order for each order',
  description:
    'Without `consumer` and `after` it starts at the earliest change: the feed keeps 30 days. Reading commits nothing. Each answer has an ETag for `If-None-Match`: 304 means that there is nothing new. 409 `cursor_expired` where changes that were not read are gone, `cursor_ahead` where the table was restored to before what was read; 422 `invalid_cursor`.',
  scope: 'changes:read',
  request: {
    query: z.strictObject({
      consumer: textParam({ description: 'From the cursor that this consumer has committed.' }),
      after: doc(Cursor, { type: 'string', description: 'From this cursor; wins over `consumer`.' }),
      types: doc(types, { type: 'string', description: 'Only these types.', example: 'order.*,fulfillment.added' }),
      connection: textParam(),
      include: doc(optionalParam(z.enum(['order'])), { type: 'string', enum: ['order'] }),
      limit: paging.limit,
    }),
  },
  responses: {
    200: json('A page of changes.', Changes),
    304: { description: 'The same as before.' },
    ...errorResponses(404, 409, 422),
  },
  answer: async ({ query: { consumer, after, types, connection, include, limit }, context }) => {
    // For an unknown name there would be no changes, and a commit would pass over all that was meant.
    if (connection && !everyConnection(await getAccounts()).includes(connection)) throw new NotFoundError('connection');
    const cursor = after ?? (consumer === undefined ? undefined : await consumers.committed(consumer));
    const since = cursor === undefined ? 0 : sinceOf(cursor);
    const isWanted = isOfType(types);
    const asked = {
      after: cursor === undefined ? await marksAt('earliest') : decodeMarks(cursor),
      wants: (change: Change) => isWanted(change) && (connection === undefined || change.connection === connection),
    };
    for (let most = limit; ; most = Math.ceil(most / 2)) {
      const page = await readChanges({ ...asked, limit: most });
      const changes = include ? await withOrders(page.changes) : page.changes;
      if (include && most > 1 && sizeOf(changes) > MAX_ANSWER_BYTES) continue;
      return answerOnce(context, { changes, cursor: encodeMarks(page.marks, since), caughtUp: page.caughtUp });
    }
  },
});

/** The orders as they are now; null for one that is gone. */
async function withOrders(changes: readonly Change[]) {
  const ids = [...new Set(changes.flatMap(({ order }) => order ?? []))];
  const orders = new Map((await presentSummaries(await getOrders(ids))).map((order) => [order.id, order]));
  return changes.map((change) => ({ ...change, snapshot: orders.get(change.order ?? '') ?? null }));
}

routes.add('GET /consumers', {
  summary: 'All consumers, and how far each is behind',
  scope: 'changes:read',
  responses: { 200: json('The consumers.', z.object({ consumers: z.array(ConsumerAnswer) })) },
  answer: async () => ({ consumers: await consumers.list() }),
});
routes.add('GET /consumers/{id}', {
  summary: 'One consumer',
  scope: 'changes:read',
  request: { params },
  responses: ANSWERS,
  answer: ({ params }) => consumers.get(params.id),
});
routes.add('PUT /consumers/{id}', {
  summary: 'Creates a consumer; one that exists stays as it is',
  scope: 'changes:read',
  request: {
    params,
    body: optionalBody(z.strictObject({ from: z._default(From, 'earliest') })),
  },
  responses: WRITTEN,
  answer: ({ params, body }) => consumers.create(params.id, body.from),
});
routes.add('POST /consumers/{id}/commit', {
  summary: 'Commits a cursor',
  scope: 'changes:read',
  description:
    'An older cursor than the committed one moves nothing: only seek goes back. 409 `consumer_moved` for one that was read before a seek, which it would undo: read on with `consumer` and without `after`. 422 `cursor_ahead` for one beyond the end of the feed.',
  request: { params, body: body(z.strictObject({ cursor: z.string().check(z.maxLength(512)) })) },
  responses: COMMITTED,
  answer: ({ params, body }) => consumers.commit(params.id, body.cursor),
});
routes.add('POST /consumers/{id}/seek', {
  summary: 'Moves a consumer to another position in the feed, back or forth',
  scope: 'changes:read',
  request: {
    params,
    body: body(
      z.strictObject({
        to: doc(z.string().check(z.maxLength(512)), {
          description: '`earliest`, `latest`, an instant of the last 30 days, or a cursor.',
        }),
      }),
    ),
  },
  responses: WRITTEN,
  answer: ({ params, body }) => consumers.seek(params.id, body.to),
});
routes.add('DELETE /consumers/{id}', {
  summary: 'Deletes a consumer; the answer says how far it had read',
  scope: 'changes:read',
  request: { params },
  responses: ANSWERS,
  answer: ({ params }) => consumers.remove(params.id),
});

/** Answers with an ETag, and with 304 and no body to a caller that has this very answer. */
function answerOnce<T extends object>(context: Context, body: T) {
  const etag = `"${shortHash(JSON.stringify(body))}"`;
  const known = (context.req.header('if-none-match') ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  context.header('ETag', etag);
  context.header('Cache-Control', 'private, no-cache');
  // A 304 has no body, so there is no type for one.
  return known.includes(etag) ? (context.body(null, 304) as never) : context.json(body, 200);
}
