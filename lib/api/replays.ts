import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type ApiEnv, guardedBy } from './auth.ts';
import { DeliveryId } from './deliveries.ts';
import { DeliveryBody, filterShape, presentDeliveries } from './delivery-schema.ts';
import { ApiError, errorResponses } from './errors.ts';
import { body, json } from './list.ts';
import { countCalls, findReplayable, replayAll, replayOne } from './replay-deliveries.ts';

const Reason = z.string().trim().max(500).optional().openapi({ description: 'Kept on record beside who replayed.' });

const Replay = z
  .object({
    replayId: z.string().openapi({ example: 'rpl_3a52ce780950' }),
    matched: z.number().int(),
    replayed: z.number().int().openapi({
      description: 'Fewer than `matched` where a worker had one in hand or time ran out: ask again for the rest.',
    }),
  })
  .openapi('Replay');

const DryRun = z
  .object({
    dryRun: z.literal(true),
    matched: z.number().int(),
    sample: z.array(DeliveryBody).max(5),
    calls: z
      .array(z.object({ marketplace: z.string(), connection: z.string(), action: z.string(), count: z.number().int() }))
      .openapi({ description: 'What the remotes would be asked to do.' }),
  })
  .openapi('ReplayDryRun');

const FilteredReplay = z
  .strictObject({
    filter: z.strictObject(filterShape).openapi({
      description: 'At least one member. Without `state` only dead and blocked deliveries are replayed.',
    }),
    dryRun: z.boolean().default(false),
    perMinute: z.number().int().min(1).max(6000).default(60).openapi({ description: 'How many fall due each minute.' }),
    reason: Reason,
  })
  .openapi('FilteredReplay', {
    example: { filter: { connection: 'scopio-main', cause: 'http_503' }, dryRun: true, perMinute: 60 },
  });

const replayOneRoute = createRoute({
  method: 'post',
  path: '/deliveries/{id}/replay',
  tags: ['deliveries'],
  summary: 'Gives a delivery a fresh set of attempts',
  description:
    'Its old attempts stay on record. What has succeeded, or may have happened, is probed before it is pushed again. 409 `delivery_in_progress` while a worker has it in hand.',
  ...guardedBy('ops'),
  request: { params: z.object({ id: DeliveryId }), body: body(z.strictObject({ reason: Reason }), false) },
  responses: { 202: json('It runs at once.', Replay), ...errorResponses(400, 401, 403, 404, 409, 413, 415, 500) },
});

const replayManyRoute = createRoute({
  method: 'post',
  path: '/deliveries/replay',
  tags: ['deliveries'],
  summary: 'Replays what a filter matches, or says what it would',
  description: 'An empty filter is refused: 400 `empty_filter`.',
  ...guardedBy('ops'),
  request: { body: body(FilteredReplay) },
  responses: {
    200: json('A dry run: nothing was replayed.', DryRun),
    202: json('Their due times are spread from now on.', Replay),
    ...errorResponses(400, 401, 403, 413, 415, 500),
  },
});

export const replays = new OpenAPIHono<ApiEnv>();

replays.openapi(replayManyRoute, async (context) => {
  const { filter, dryRun, perMinute, reason } = context.req.valid('json');
  if (Object.values(filter).every((value) => value === undefined))
    throw new ApiError(
      400,
      'empty_filter',
      'filter: name at least one member, or everything would run again',
      'filter',
    );
  const found = await findReplayable(filter);
  if (dryRun) {
    const sample = await presentDeliveries(found.slice(0, 5));
    return context.json({ dryRun: true as const, matched: found.length, sample, calls: countCalls(found) }, 200);
  }
  const by = context.var.key.name;
  return context.json(await replayAll(found, { by, reason, filter, perMinute }), 202);
});

replays.openapi(replayOneRoute, async (context) => {
  const { reason } = context.req.valid('json');
  return context.json(await replayOne(context.req.valid('param').id, { by: context.var.key.name, reason }), 202);
});
