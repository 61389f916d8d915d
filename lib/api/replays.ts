import { getDeliveries } from '#lib/deliveries/ledger';
import * as z from '#lib/platform/zod';
import { advanceReplay } from '#lib/replays/advance';
import { listMembers } from '#lib/replays/members';
import { type Replay as StoredReplay, settledOf } from '#lib/replays/replay';
import { cancelReplay, resumeReplay } from '#lib/replays/start';
import { getReplay, listReplays } from '#lib/replays/store';
import { Delivery, presentDeliveries } from './delivery-schema.ts';
import { ApiError, errorResponses, notFound, orNotFound } from './kit/errors.ts';
import { listOf, paging } from './kit/lists.ts';
import { Reason } from './kit/members.ts';
import { doc } from './kit/meta.ts';
import { body, json, Routes, routesOf } from './kit/route.ts';
import { ADVANCE_MS, presentReplay, Replay } from './replay-schema.ts';

const route = routesOf('replays');

/** A look at a replay brings it forward while no more members than this are unsettled; the sweeper does the others. */
const MAX_UNSETTLED = 100;

const params = z.object({ id: doc(z.string(), {}) });
const decision = { params, body: body(z.strictObject({ reason: Reason }), false) };

const listRoute = route('GET /replays', {
  summary: 'Lists replays, newest first',
  scope: 'ops',
  request: { query: z.strictObject(paging) },
  responses: { 200: json('A page of replays.', listOf('replays', Replay)) },
});

const getRoute = route('GET /replays/{id}', {
  summary: 'A replay and how far it is',
  description: 'Looking at a small replay, or at the first stages of a canary, also brings its next step forward.',
  scope: 'ops',
  request: { params },
  responses: { 200: json('The replay.', Replay), ...errorResponses(404) },
});

const deliveriesRoute = route('GET /replays/{id}/deliveries', {
  summary: 'Deliveries of a replay: those under way first, then those that have settled, then those that wait',
  scope: 'ops',
  request: { params, query: z.strictObject({ limit: paging.limit }) },
  responses: {
    200: json('As many as were asked for.', z.object({ deliveries: z.array(Delivery) })),
    ...errorResponses(404),
  },
});

const cancelRoute = route('POST /replays/{id}/cancel', {
  summary: 'Stops a replay',
  description:
    'What waits is not released, what was released and is not yet due is taken back; an attempt under way ends. Cancelling twice is cancelling once; 409 `replay_ended` when it had ended by itself.',
  scope: 'ops',
  request: decision,
  responses: { 200: json('The replay.', Replay), ...errorResponses(400, 404, 409) },
});

const resumeRoute = route('POST /replays/{id}/resume', {
  summary: 'Goes on with a cancelled or relapsed replay',
  description: 'With those of its deliveries that still wait; a canary begins at its first stage. 409 `replay_ended`.',
  scope: 'ops',
  request: decision,
  responses: { 200: json('The replay.', Replay), ...errorResponses(400, 404, 409) },
});

export const routes = new Routes();

routes.add(listRoute, async (context) => {
  const { items, cursor } = await listReplays(context.req.valid('query'));
  return context.json({ replays: await Promise.all(items.map(presentReplay)), ...(cursor && { cursor }) }, 200);
});

routes.add(getRoute, async (context) => {
  const replay = orNotFound(await getReplay(context.req.valid('param').id), 'replay');
  return context.json(await presentReplay(isSmall(replay) ? await advance(replay) : replay), 200);
});

routes.add(deliveriesRoute, async (context) => {
  const { id } = context.req.valid('param');
  const { limit } = context.req.valid('query');
  if (!(await getReplay(id))) throw notFound('replay');
  const members = await Promise.all((['OPEN', 'DONE', 'WAITING'] as const).map((at) => listMembers(id, at, limit)));
  const found = await getDeliveries(
    members
      .flat()
      .slice(0, limit)
      .map(({ delivery }) => delivery),
  );
  return context.json({ deliveries: await presentDeliveries(found) }, 200);
});

routes.add(cancelRoute, async (context) => {
  const { reason = null } = context.req.valid('json');
  const operator = { by: context.var.key.name, reason };
  const cancelled = standing(await cancelReplay(context.req.valid('param').id, operator));
  return context.json(await presentReplay(await advance(cancelled)), 200);
});

routes.add(resumeRoute, async (context) => {
  const { reason = null } = context.req.valid('json');
  const operator = { by: context.var.key.name, reason };
  const resumed = standing(await resumeReplay(context.req.valid('param').id, operator));
  return context.json(await presentReplay(await advance(resumed)), 200);
});

function standing(decided: StoredReplay | false | null): StoredReplay {
  if (decided === null) throw notFound('replay');
  if (!decided) throw new ApiError(409, 'replay_ended', 'the replay has ended by itself');
  return decided;
}

const isSmall = (replay: StoredReplay): boolean =>
  replay.endedAt === null &&
  replay.state !== 'collecting' &&
  (replay.matched - settledOf(replay) <= MAX_UNSETTLED || (replay.canary && replay.stage !== 'rest'));

const advance = async (replay: StoredReplay): Promise<StoredReplay> =>
  (await advanceReplay(replay.id, { deadline: Date.now() + ADVANCE_MS })) ?? replay;
