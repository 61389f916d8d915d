import { getDelivery } from '#lib/deliveries/ledger';
import * as z from '#lib/platform/zod';
import { advanceReplay } from '#lib/replays/advance';
import { matchDeliveries } from '#lib/replays/match';
import { MAX_PER_MINUTE } from '#lib/replays/pace';
import type { Replay } from '#lib/replays/replay';
import { replayDelivery, startReplay } from '#lib/replays/start';
import { DeliveryId } from './deliveries.ts';
import { DeliveryBody, filterShape, presentDeliveries } from './delivery-schema.ts';
import { doc, named } from './documented.ts';
import { ApiError, errorResponses, notFound } from './errors.ts';
import { body, json } from './list.ts';
import { presentReplay, Reason, ReplayBody } from './replay-schema.ts';
import { createRoute, Routes } from './routes.ts';

/** API Gateway waits 29 seconds; the sweeper does the rest. */
const MAX_MS = 10_000;
const PER_MINUTE = 60;

const Started = named(
  'ReplayStarted',
  z.object({
    replayId: doc(z.string(), { example: 'rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' }),
    matched: doc(z.int(), { description: 'So far, while `state` is `collecting`.' }),
    released: doc(z.int(), { description: 'So far: the clock goes on with the rest.' }),
    state: ReplayBody.shape.state,
  }),
);

const DryRun = named(
  'ReplayDryRun',
  z.object({
    dryRun: z.literal(true),
    matched: z.int(),
    complete: doc(z.boolean(), { description: 'False when there are more than were counted.' }),
    leftOut: doc(z.int(), {
      description:
        'Matched but not replayed: nobody knows whether they happened, and nothing can be read back. Look, and replay each, or name the cause `outcome_unknown`.',
    }),
    sample: z.array(DeliveryBody).check(z.maxLength(5)),
    calls: doc(
      z.array(
        z.object({
          marketplace: z.string(),
          connection: z.string(),
          action: z.string(),
          count: z.int(),
          probedFirst: doc(z.int(), { description: 'Of these, read back before they are pushed.' }),
        }),
      ),
      { description: 'What the remotes would be asked to do.' },
    ),
  }),
);

const FilteredReplay = named(
  'FilteredReplay',
  z.strictObject({
    filter: doc(z.strictObject(filterShape), {
      description: 'At least one member. Without `state` only dead and blocked deliveries are replayed.',
    }),
    dryRun: z._default(z.boolean(), false),
    perMinute: doc(z._default(z.int().check(z.minimum(1), z.maximum(MAX_PER_MINUTE)), PER_MINUTE), {
      description: 'How many fall due each minute.',
    }),
    canary: doc(z._default(z.boolean(), false), {
      description:
        '1 delivery, then 10, then the rest; each stage waits until its own have settled, and the first that is dead or blocked again stops it all.',
    }),
    reason: Reason,
  }),
  {
    example: { filter: { connection: 'scopio-main', cause: 'http_503' }, dryRun: true, perMinute: 60 },
  },
);

const replayOneRoute = createRoute({
  method: 'post',
  path: '/deliveries/{id}/replay',
  tags: ['replays'],
  summary: 'Gives a delivery a fresh set of attempts',
  description:
    'Its old attempts stay on record. What has succeeded, or may have happened, is probed before it is pushed again. 409 `delivery_in_progress` while a worker has it in hand.',
  scope: 'ops',
  request: { params: z.object({ id: DeliveryId }), body: body(z.strictObject({ reason: Reason }), false) },
  responses: { 202: json('It runs at once.', Started), ...errorResponses(400, 401, 403, 404, 409, 413, 415, 500) },
});

const replayManyRoute = createRoute({
  method: 'post',
  path: '/deliveries/replay',
  tags: ['replays'],
  summary: 'Replays what a filter matches, or says what it would',
  description:
    'An empty filter is refused: 400 `empty_filter`. Deliveries of orders that must leave first come first, then the oldest.',
  scope: 'ops',
  request: { body: body(FilteredReplay) },
  responses: {
    200: json('A dry run: nothing was replayed.', DryRun),
    202: json('On record, and begun; GET /replays/{id} shows how it goes.', Started),
    ...errorResponses(400, 401, 403, 413, 415, 500),
  },
});

export const routes = new Routes();

routes.add(replayManyRoute, async (context) => {
  const { filter, dryRun, perMinute, canary, reason = null } = context.req.valid('json');
  if (Object.values(filter).every((value) => value === undefined))
    throw new ApiError(
      400,
      'empty_filter',
      'filter: name at least one member, or everything would run again',
      'filter',
    );
  if (dryRun) {
    const { sample, ...found } = await matchDeliveries(filter);
    return context.json({ dryRun: true as const, ...found, sample: await presentDeliveries(sample) }, 200);
  }
  const started = await startReplay(filter, { by: context.var.key.name, reason, perMinute, canary });
  const advanced = await advanceReplay(started.id, { deadline: Date.now() + MAX_MS });
  return context.json(await answer(advanced ?? started), 202);
});

routes.add(replayOneRoute, async (context) => {
  const { reason = null } = context.req.valid('json');
  const delivery = await getDelivery(context.req.valid('param').id);
  if (!delivery) throw notFound('delivery');
  const by = context.var.key.name;
  const started = await replayDelivery(delivery, { by, reason, perMinute: PER_MINUTE, canary: false });
  if (!started)
    throw new ApiError(409, 'delivery_in_progress', 'a worker has the delivery in hand; try again when it is done');
  return context.json(await answer(started), 202);
});

async function answer(replay: Replay): Promise<z.infer<typeof Started>> {
  const { id, matched, released, state } = await presentReplay(replay);
  return { replayId: id, matched, released, state };
}
