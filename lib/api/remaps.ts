import { isDeepStrictEqual } from 'node:util';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { decodePosition } from '#lib/remap/candidates';
import { maskBuyer } from '#lib/remap/diff';
import { OUTCOMES } from '#lib/remap/outcome';
import { getRemap, listRemaps, type RemapRecord } from '#lib/remap/record';
import { type RemapRequest, remap } from '#lib/remap/run';
import { type ApiEnv, guardedBy } from './auth.ts';
import { ApiError, errorResponses } from './errors.ts';
import { body, Instant, json, listOf, optionalParam, paging, Timestamp } from './list.ts';
import { Reason } from './replay-schema.ts';

/** API Gateway waits 29 seconds, and the last event begun takes its share. */
const MAX_MS = 15_000;

const Value = z.unknown().openapi({ description: 'Null where there is none.' });

const OutcomeBody = z
  .object({
    event: z.string().openapi({ description: 'The inbound event that holds the raw body.' }),
    order: z.string().nullable().openapi({ example: 'scopio-main:ord_8f3a' }),
    receivedAt: Timestamp.nullable(),
    was: z.enum(['applied', 'unreadable']),
    outcome: z.enum(OUTCOMES).openapi({
      description:
        '`created`, `changed`: an order. `read`: readable now, and changes no order by itself. `unreadable`: it cannot be read. `conflict`: a person must decide. `missing`: its body is no longer kept.',
    }),
    reads: z.string().nullable().openapi({ description: 'What it means now: order, shipment, fetch, products, none.' }),
    applied: z.boolean(),
    changes: z
      .array(z.object({ member: z.string(), from: Value, to: Value }))
      .openapi({ example: [{ member: 'lines[li_1].quantity', from: 1, to: 2 }] }),
    deliveries: z
      .array(z.object({ action: z.string(), connection: z.string() }))
      .openapi({ description: 'Those the order does not have yet. What was pushed is not pushed again.' }),
    note: z.string().nullable().openapi({ description: 'What a person has to see to.' }),
    error: z.object({ code: z.string(), description: z.string(), field: z.string().optional() }).nullable(),
  })
  .openapi('RemapOutcome');

const Result = z
  .object({
    remapId: z.string().nullable().openapi({ description: 'Null unless it was applied.' }),
    apply: z.boolean(),
    examined: z.number().int(),
    unchanged: z.number().int().openapi({ description: 'Read as they stand; not among the outcomes.' }),
    outcomes: z.array(OutcomeBody),
    cursor: z.string().optional().openapi({ description: 'Where to go on. Absent when all was examined.' }),
  })
  .openapi('Remap');

const filter = z.strictObject({
  connection: optionalParam(z.string()).openapi({ type: 'string' }),
  order: optionalParam(z.string()).openapi({ type: 'string', description: "An order's id." }),
  event: optionalParam(z.string()).openapi({ type: 'string', description: "An inbound event's id." }),
  state: optionalParam(z.enum(['applied', 'unreadable'])).openapi({
    type: 'string',
    enum: ['applied', 'unreadable'],
    description: 'Snapshots that orders stand on, or events that could not be read. Both, if absent.',
  }),
  since: optionalParam(Instant).openapi({ type: 'string', format: 'date-time', description: 'Received since.' }),
});

const route = createRoute({
  method: 'post',
  path: '/remaps',
  tags: ['events'],
  summary: 'Runs kept raw events through the present mapper',
  description:
    'Shows what would change; `apply` makes it so and wants the scope ops, without which the buyer’s data is masked. Nothing that was pushed is pushed again; deliveries that an order lacks are planned. An empty filter is refused: 400 `empty_filter`.',
  ...guardedBy('orders:read'),
  request: {
    body: body(
      z
        .strictObject({
          filter: filter.openapi({ description: 'At least one member.' }),
          apply: z.boolean().default(false),
          limit: z.number().int().min(1).max(200).default(50).openapi({ description: 'How many are examined.' }),
          cursor: z.string().max(1024).optional(),
          remapId: z.string().optional().openapi({
            description:
              'With `apply` and `cursor`: what the request before answered, so that all of it is one on record.',
          }),
          reason: Reason,
        })
        .openapi('RemapRequest', { example: { filter: { connection: 'scopio-main', state: 'unreadable' } } }),
    ),
  },
  responses: { 200: json('What was found.', Result), ...errorResponses(400, 401, 403, 413, 415, 500) },
});

const Record = z
  .object({
    id: z.string().openapi({ example: 'rmp_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' }),
    at: Timestamp,
    by: z.string().openapi({ description: "The API key's name." }),
    reason: z.string().nullable(),
    filter: z.record(z.string(), z.string()),
    examined: z.number().int(),
    applied: z.number().int(),
  })
  .openapi('RemapRecord');

const listRoute = createRoute({
  method: 'get',
  path: '/remaps',
  tags: ['events'],
  summary: 'Lists remaps that were applied, newest first',
  ...guardedBy('ops'),
  request: { query: z.strictObject(paging) },
  responses: { 200: json('A page of remaps.', listOf('remaps', Record)), ...errorResponses(400, 401, 403, 500) },
});

export const remaps = new OpenAPIHono<ApiEnv>();

remaps.openapi(listRoute, async (context) => {
  const { items, cursor } = await listRemaps(context.req.valid('query'));
  return context.json({ remaps: items.map(presentRecord), ...(cursor && { cursor }) }, 200);
});

const presentRecord = ({ filter: kept, ...record }: RemapRecord): z.infer<typeof Record> => ({
  ...record,
  filter: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
});

remaps.openapi(route, async (context) => {
  const { filter, apply, limit, cursor, remapId, reason = null } = context.req.valid('json');
  const { key } = context.var;
  const isOperator = key.scopes.includes('ops');
  if (apply && !isOperator) throw new ApiError(403, 'forbidden', `the API key ${key.name} lacks the scope ops`);
  if (Object.values(filter).every((value) => value === undefined))
    throw new ApiError(400, 'empty_filter', 'filter: name at least one member', 'filter');
  const after = cursor === undefined ? undefined : decodePosition(cursor);
  if (cursor !== undefined && !after)
    throw new ApiError(400, 'invalid_request', 'cursor: is not a cursor of this list', 'cursor');
  const author = apply ? { by: key.name, reason } : null;
  const record = await findRecord(remapId, { filter, author, after });
  const result = await remap({ filter, author, record, limit, after, deadline: Date.now() + MAX_MS });
  const outcomes = result.outcomes.map((outcome) => ({
    ...outcome,
    changes: isOperator ? [...outcome.changes] : maskBuyer(outcome.changes),
    deliveries: [...outcome.deliveries],
  }));
  return context.json({ ...result, outcomes, apply }, 200);
});

/** What this request goes on with. Nobody adds to the record of somebody else, or of another filter. */
async function findRecord(
  id: string | undefined,
  { filter, author, after }: Pick<RemapRequest, 'filter' | 'author' | 'after'>,
): Promise<RemapRecord | undefined> {
  if (id === undefined) return undefined;
  const found = author && after ? await getRemap(id) : undefined;
  if (found && found.by === author?.by && isDeepStrictEqual(found.filter, JSON.parse(JSON.stringify(filter))))
    return found;
  throw new ApiError(400, 'invalid_request', 'remapId: is not what this request goes on with', 'remapId');
}
