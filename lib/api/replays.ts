import { getDeliveries } from '#lib/deliveries/ledger';
import { NotFoundError, orNotFound } from '#lib/platform/errors';
import { decodeCursor, encodeCursor } from '#lib/platform/table/sharded-index';
import * as z from '#lib/platform/zod';
import { advanceReplay } from '#lib/replays/advance';
import { pageOfMembers } from '#lib/replays/members';
import { type Replay as StoredReplay, settledOf } from '#lib/replays/replay';
import { cancelReplay, resumeReplay } from '#lib/replays/start';
import { getReplay, listReplays } from '#lib/replays/store';
import { Delivery, presentDeliveries } from './delivery-schema.ts';
import { errorResponses } from './kit/errors.ts';
import { cursorOf, listOf, paging } from './kit/lists.ts';
import { doc, Reason } from './kit/meta.ts';
import { json, optionalBody, Routes } from './kit/route.ts';
import { ADVANCE_MS, presentReplay, Replay } from './replay-schema.ts';

/** Looking at a replay advances it while no more members than this are unsettled; the sweeper does larger ones. */
const MAX_UNSETTLED = 100;

const params = z.object({ id: doc(z.string(), {}) });
const decision = {
  scope: 'ops',
  request: { params, body: optionalBody(z.strictObject({ reason: Reason })) },
  responses: { 200: json('The replay.', Replay), ...errorResponses(400, 404, 409) },
} as const;

export const routes = new Routes('replays');

routes.add('GET /replays', {
  summary: 'Lists replays, newest first',
  scope: 'ops',
  request: { query: z.strictObject(paging) },
  responses: { 200: json('A page of replays.', listOf('replays', Replay)) },
  answer: async ({ query }) => {
    const { items, cursor } = await listReplays(query);
    return { replays: await Promise.all(items.map(presentReplay)), cursor };
  },
});

routes.add('GET /replays/{id}', {
  summary: 'A replay and how far it is',
  description: 'Reading a small replay, or the first stages of a canary, also advances it.',
  scope: 'ops',
  request: { params },
  responses: { 200: json('The replay.', Replay), ...errorResponses(404) },
  answer: async ({ params }) => {
    const replay = orNotFound(await getReplay(params.id), 'replay');
    return presentReplay(isSmall(replay) ? await advance(replay) : replay);
  },
});

routes.add('GET /replays/{id}/deliveries', {
  summary: 'Deliveries of a replay: those under way first, then those that have settled, then those that wait',
  scope: 'ops',
  request: { params, query: z.strictObject({ limit: paging.limit, cursor: cursorOf(/^(OPEN|DONE|WAITING)#./) }) },
  responses: {
    200: json('A page of its deliveries.', listOf('deliveries', Delivery)),
    ...errorResponses(404),
  },
  answer: async ({ params: { id }, query: { limit, cursor } }) => {
    if (!(await getReplay(id))) throw new NotFoundError('replay');
    const page = await pageOfMembers(id, limit, cursor && decodeCursor(cursor));
    const found = await getDeliveries(page.members.map(({ delivery }) => delivery));
    return { deliveries: await presentDeliveries(found), ...(page.cursor && { cursor: encodeCursor(page.cursor) }) };
  },
});

routes.add('POST /replays/{id}/cancel', {
  summary: 'Stops a replay',
  description:
    'Waiting deliveries are not released, and released ones that are not yet due are taken back; an attempt under way ends. Cancelling twice has no effect; 409 `replay_ended` if it had ended by itself.',
  ...decision,
  answer: async ({ params, body: { reason = null }, by }) =>
    presentReplay(await advance(await cancelReplay(params.id, { by, reason }))),
});

routes.add('POST /replays/{id}/resume', {
  summary: 'Continues a cancelled or relapsed replay',
  description:
    'It continues with its deliveries that still wait; a canary begins at its first stage. 409 `replay_ended`.',
  ...decision,
  answer: async ({ params, body: { reason = null }, by }) =>
    presentReplay(await advance(await resumeReplay(params.id, { by, reason }))),
});

const isSmall = (replay: StoredReplay): boolean =>
  replay.endedAt === null &&
  replay.state !== 'collecting' &&
  (replay.matched - settledOf(replay) <= MAX_UNSETTLED || (replay.canary && replay.stage !== 'rest'));

const advance = async (replay: StoredReplay): Promise<StoredReplay> =>
  (await advanceReplay(replay.id, { deadline: Date.now() + ADVANCE_MS })) ?? replay;
