import { closeDelivery, isClosable, takesRemoteId } from '#lib/attempts/close';
import { groupCauses } from '#lib/deliveries/failures';
import { getDelivery } from '#lib/deliveries/ledger';
import { listDeliveries } from '#lib/deliveries/list';
import { deliveriesOf } from '#lib/orders/store';
import { orNotFound } from '#lib/platform/errors';
import { untilCommitted } from '#lib/platform/table/until-committed';
import * as z from '#lib/platform/zod';
import { advanceReplay } from '#lib/replays/advance';
import { matchDeliveries, matchOne } from '#lib/replays/collect';
import { replayDelivery, startReplay } from '#lib/replays/start';
import {
  Cause,
  Close,
  Delivery,
  filterShape,
  presentCause,
  presentDeliveries,
  presentDelivery,
} from './delivery-schema.ts';
import { ApiError, errorResponses, invalid } from './kit/errors.ts';
import { late, listOf, paging, requireFilter, since, textParam } from './kit/lists.ts';
import { doc, Reason } from './kit/meta.ts';
import { body, json, optionalBody, Routes } from './kit/route.ts';
import {
  ADVANCE_MS,
  FilteredReplay,
  PER_MINUTE,
  presentStarted,
  ReplayDryRun,
  ReplayStarted,
} from './replay-schema.ts';

export const DeliveryId = doc(z.string(), { example: 'dlv_5be1f6c2a93d70418f26' });

const Causes = z.object({
  causes: z.array(Cause),
  looked: doc(z.int(), { description: 'How many deliveries were looked at, the newest first.' }),
  complete: doc(z.boolean(), {
    description: 'False when there are more: the counts are of those looked at. Narrow by `connection` or `since`.',
  }),
});
export type Causes = z.infer<typeof Causes>;

export const routes = new Routes('deliveries');

routes.add('GET /deliveries', {
  summary: 'Lists deliveries, newest first',
  scope: 'ops',
  request: { query: z.strictObject({ ...filterShape, late, ...paging }) },
  responses: { 200: json('A page of deliveries with their attempts.', listOf('deliveries', Delivery)) },
  answer: async ({ query }) => {
    const { items, cursor } = await listDeliveries({ ...query, among: await deliveriesOf(query.order) });
    return { deliveries: await presentDeliveries(items), cursor };
  },
});

// Before `/deliveries/{id}`, which it would match, too.
routes.add('GET /deliveries/causes', {
  summary: 'Groups dead and blocked deliveries by their cause, the largest group first',
  scope: 'ops',
  request: {
    query: z.strictObject({
      connection: textParam(),
      since: doc(since, { description: 'Only deliveries created at or after this instant.' }),
    }),
  },
  responses: { 200: json('The groups.', Causes) },
  answer: async ({ query }) => {
    const found = await groupCauses(query);
    return { ...found, causes: await Promise.all(found.causes.map(presentCause)) };
  },
});

routes.add('GET /deliveries/{id}', {
  summary: 'A delivery with its attempts',
  scope: 'ops',
  request: { params: z.object({ id: DeliveryId }) },
  responses: { 200: json('The delivery.', Delivery), ...errorResponses(404) },
  answer: async ({ params }) => presentDelivery(orNotFound(await getDelivery(params.id), 'delivery')),
});

routes.add('POST /deliveries/{id}/close', {
  summary: 'Closes a dead or blocked delivery that a person found done at the remote',
  description:
    'It counts as succeeded without an attempt: a placement is followed, and pushes that waited for it run. 409 `delivery_not_closable` for one that is neither dead nor blocked.',
  scope: 'ops',
  request: { params: z.object({ id: DeliveryId }), body: body(Close) },
  responses: { 200: json('The delivery.', Delivery), ...errorResponses(404, 409) },
  answer: async ({ params: { id }, body, by }) => {
    const closed = await untilCommitted(`delivery ${id}`, async () => {
      const delivery = orNotFound(await getDelivery(id), 'delivery');
      const why = `the delivery is ${delivery.state}: only dead and blocked ones are closed`;
      if (!isClosable(delivery)) throw new ApiError(409, 'delivery_not_closable', why);
      if (body.remoteId !== undefined && !(await takesRemoteId(delivery)))
        throw invalid('remoteId', 'is for placements and requests about an order');
      return closeDelivery(delivery, { ...body, by });
    });
    return presentDelivery(closed);
  },
});

const presentDryRun = async ({ sample, ...found }: ReturnType<typeof matchOne>) => ({
  dryRun: true as const,
  ...found,
  sample: await presentDeliveries(sample),
});

routes.add('POST /deliveries/replay', {
  tags: ['replays'],
  summary: 'Replays what a filter matches, or says what would be replayed',
  description:
    'An empty filter is refused: 400 `empty_filter`. Deliveries run in order of ship-by, then the oldest first.',
  scope: 'ops',
  request: { body: body(FilteredReplay) },
  responses: {
    200: json('A dry run: nothing was replayed.', ReplayDryRun),
    202: json('Recorded and begun; GET /replays/{id} shows how it goes.', ReplayStarted),
    ...errorResponses(409),
  },
  answer: async ({ body: { filter, dryRun, perMinute, canary, expect, reason = null }, by, context }) => {
    requireFilter(await context.req.text());
    if (dryRun) return context.json(await presentDryRun(await matchDeliveries(filter)), 200);
    if (expect !== undefined && (await matchDeliveries(filter)).digest !== expect)
      throw new ApiError(409, 'matched_changed', 'what the filter matches has changed since the dry run: look again');
    const started = await startReplay(filter, { by, reason, perMinute, canary }, { digest: expect });
    const advanced = await advanceReplay(started.id, { deadline: Date.now() + ADVANCE_MS });
    return context.json(await presentStarted(advanced ?? started), 202);
  },
});

routes.add('POST /deliveries/{id}/replay', {
  tags: ['replays'],
  summary: 'Gives a delivery a fresh set of attempts',
  description:
    'Its old attempts stay on record. A delivery that succeeded, or may have, is probed before it is pushed again. 409 `delivery_in_progress` while a worker has it.',
  scope: 'ops',
  request: {
    params: z.object({ id: DeliveryId }),
    body: optionalBody(z.strictObject({ reason: Reason, dryRun: z._default(z.boolean(), false) })),
  },
  responses: {
    200: json('A dry run: nothing was replayed.', ReplayDryRun),
    202: json('It runs at once.', ReplayStarted),
    ...errorResponses(404, 409),
  },
  answer: async ({ params, body: { reason = null, dryRun }, by, context }) => {
    const delivery = orNotFound(await getDelivery(params.id), 'delivery');
    if (dryRun) return context.json(await presentDryRun(matchOne(delivery)), 200);
    const started = await replayDelivery(delivery, { by, reason, perMinute: PER_MINUTE, canary: false });
    if (!started)
      throw new ApiError(409, 'delivery_in_progress', 'a worker has the delivery in hand; try again when it is done');
    return context.json(await presentStarted(started), 202);
  },
});
