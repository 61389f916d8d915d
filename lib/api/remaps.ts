import { isDeepStrictEqual } from 'node:util';
import * as z from '#lib/platform/zod';
import { maskBuyer } from '#lib/remap/diff';
import { MemberChange, Outcome, RemapFacts } from '#lib/remap/remap-schema';
import {
  decodePosition,
  getRemap,
  listRemaps,
  type RemapRequest,
  remap,
  type RemapRecord as StoredRemap,
} from '#lib/remap/run';
import { ApiError, invalid } from './kit/errors.ts';
import { listOf, optionalParam, paging, requireFilter, textParam } from './kit/lists.ts';
import { doc, Instant, metadata, named, Reason } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';

/** How long a request begins further events: API Gateway waits 29 seconds, and the last one takes its time. */
const MAX_MS = 15_000;

named('RemapOutcome', Outcome, {
  members: {
    event: 'The inbound event that holds the raw body.',
    order: { example: 'scopio-main:ord_8f3a' },
    outcome:
      '`created`, `changed`: an order. `read`: readable now, and changes no order by itself. `unreadable`: it cannot be read. `conflict`: a person must decide. `missing`: its body is no longer kept.',
    reads: 'What it means now: order, shipment, fetch, products, none.',
    changes: { example: [{ member: 'lines[li_1].quantity', from: 1, to: 2 }] },
    deliveries: 'Deliveries that the order does not have yet. What was pushed is not pushed again.',
    note: 'What a person has to see to.',
  },
});
metadata.add(MemberChange.shape.from, { description: 'Null where there is none.' });
metadata.add(MemberChange.shape.to, { description: 'Null where there is none.' });

const Remap = named(
  'Remap',
  z.object({
    remapId: doc(z.nullable(z.string()), { description: 'Null unless it was applied.' }),
    apply: z.boolean(),
    examined: z.int(),
    unchanged: doc(z.int(), { description: 'Read as they stand; not among the outcomes.' }),
    outcomes: z.array(Outcome),
    cursor: doc(z.optional(z.string()), { description: 'Where to continue. Absent when everything was examined.' }),
  }),
);

export type Remap = z.infer<typeof Remap>;

const filter = z.strictObject({
  connection: textParam(),
  order: textParam({ description: "An order's id." }),
  event: textParam({ description: "An inbound event's id." }),
  state: doc(optionalParam(z.enum(['applied', 'unreadable'])), {
    type: 'string',
    enum: ['applied', 'unreadable'],
    description: 'Snapshots that orders stand on, or events that could not be read. Both, if absent.',
  }),
  since: doc(optionalParam(Instant), { type: 'string', format: 'date-time', description: 'Received since.' }),
});

const RemapRecord = named('RemapRecord', z.extend(RemapFacts, { filter: z.record(z.string(), z.string()) }), {
  members: {
    id: { example: 'rmp_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' },
  },
});
export type RemapRecord = z.infer<typeof RemapRecord>;

export const routes = new Routes('events');

routes.add('GET /remaps', {
  summary: 'Lists remaps that were applied, newest first',
  scope: 'ops',
  request: { query: z.strictObject(paging) },
  responses: { 200: json('A page of remaps.', listOf('remaps', RemapRecord)) },
  answer: async ({ query }) => {
    const { items, cursor } = await listRemaps(query);
    return { remaps: items.map(presentRecord), cursor };
  },
});

const presentRecord = ({ filter: kept, ...record }: StoredRemap): RemapRecord => ({
  ...record,
  filter: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
});

routes.add('POST /remaps', {
  summary: 'Runs kept raw events through the current mapper',
  description:
    'Shows what would change; `apply` changes it and needs the scope ops, without which the buyer’s data is masked. Nothing that was pushed is pushed again; deliveries that an order lacks are planned. An empty filter is refused: 400 `empty_filter`.',
  scope: 'orders:read',
  request: {
    body: body(
      named(
        'RemapRequest',
        z.strictObject({
          filter: doc(filter, { description: 'At least one member.' }),
          apply: z._default(z.boolean(), false),
          limit: doc(z._default(z.int().check(z.minimum(1), z.maximum(200)), 50), {
            description: 'How many are examined.',
          }),
          cursor: z.optional(z.string()),
          remapId: doc(z.optional(z.string()), {
            description:
              'With `apply` and `cursor`: the previous answer’s value, so that all requests are recorded as one remap.',
          }),
          reason: Reason,
        }),
        { example: { filter: { connection: 'scopio-main', state: 'unreadable' } } },
      ),
    ),
  },
  responses: { 200: json('What was found.', Remap) },
  answer: async ({ body: { filter, apply, limit, cursor, remapId, reason = null }, context }) => {
    const { key } = context.var;
    const isOperator = key.scopes.includes('ops');
    if (apply && !isOperator) throw new ApiError(403, 'forbidden', `the API key ${key.name} lacks the scope ops`);
    requireFilter(await context.req.text());
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    if (cursor !== undefined && !after) throw invalid('cursor', 'is not a cursor of this list');
    const author = apply ? { by: key.name, reason } : null;
    const record = await findRecord(remapId, { filter, author, after });
    const result = await remap({ filter, author, record, limit, after, deadline: Date.now() + MAX_MS });
    const outcomes = isOperator
      ? result.outcomes
      : result.outcomes.map((outcome) => ({ ...outcome, changes: maskBuyer(outcome.changes) }));
    return { ...result, outcomes, apply };
  },
});

/** The record of the requests that this one continues. Throws ApiError 400 if it is somebody else's or of another filter. */
async function findRecord(
  id: string | undefined,
  { filter, author, after }: Pick<RemapRequest, 'filter' | 'author' | 'after'>,
): Promise<StoredRemap | undefined> {
  if (id === undefined) return undefined;
  const found = author && after ? await getRemap(id) : undefined;
  if (found && found.by === author?.by && isDeepStrictEqual(found.filter, JSON.parse(JSON.stringify(filter))))
    return found;
  throw invalid('remapId', 'is not what this request goes on with');
}
