import { randomUUID } from 'node:crypto';
import type { Delivery } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/delivery-schema';
import { transition } from '#lib/deliveries/ledger';
import { reopen } from '#lib/deliveries/reopen';
import { ring } from '#lib/deliveries/ring';
import { putAct } from '#lib/platform/audit';
import type { Act } from '#lib/platform/audit-schema';
import type { Decision } from '#lib/platform/decision';
import { orNotFound, StateError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { statesOf } from './collect.ts';
import { putMember } from './members.ts';
import { tellReplay } from './release.ts';
import { beforeOf, type Replay, type ReplaySettings } from './replay.ts';
import { commitReplay, getReplay, putNewReplay } from './store.ts';

export function newReplay(settings: ReplaySettings, now: Date): Replay {
  const at = now.toISOString();
  return {
    ...settings,
    id: `rpl_${randomUUID()}`,
    state: 'running',
    ...{ filter: null, delivery: null, queue: null, collect: null },
    ...{ createdAt: at, updatedAt: at, paceAt: at, endedAt: null },
    ...{ stage: null, stageEnds: null, relapse: null, cancelled: null, resumed: null },
    ...{ matched: 0, succeeded: 0, dead: 0, blocked: 0, revision: 0 },
  };
}

/**
 * Records a replay; whoever advances it does the rest. `digest`, of what a dry run matched: starting that twice at once
 * gives the same replay, as deliveries not yet released look unchanged to both.
 */
export async function startReplay(
  filter: DeliveryFilter,
  settings: ReplaySettings,
  { now = new Date(), digest }: { now?: Date; digest?: string | undefined } = {},
): Promise<Replay> {
  const collect = { states: statesOf(filter), cursor: null };
  const made = newReplay(settings, now);
  const id = digest === undefined ? made.id : `rpl_${shortHash(digest, JSON.stringify(filter))}`;
  const replay: Replay = { ...made, id, filter, state: 'collecting', collect };
  if (await transact(putNewReplay(replay))) return replay;
  const underway = await getReplay(id);
  // One that was cancelled before it released anything has changed nothing either, and is in nobody's way.
  if (underway?.endedAt === null && underway.state !== 'cancelled') return underway;
  const anew: Replay = { ...replay, id: made.id };
  await transact(putNewReplay(anew));
  return anew;
}

/** Replays one delivery whatever its state; undefined if a worker has it or it changed meanwhile. */
export async function replayDelivery(delivery: Delivery, settings: ReplaySettings): Promise<Replay | undefined> {
  if (delivery.state === 'leased') return undefined;
  const now = new Date();
  const at = now.toISOString();
  const replay: Replay = { ...newReplay(settings, now), delivery: delivery.id, matched: 1 };
  const { id, createdAt, state: was } = delivery;
  const member = { delivery: id, createdAt, was, releasedAt: at, before: await beforeOf(delivery) };
  const reopened = reopen(delivery, at, at);
  const also = [
    ...putNewReplay(replay),
    putMember(replay.id, 'OPEN', member),
    ...tellReplay(delivery, 'delivery.replayed', replay, at),
  ];
  if (!(await transition(delivery, reopened, also))) return undefined;
  await ring([reopened], now);
  return replay;
}

type Operator = Omit<Decision, 'at'>;

const UNDER_WAY: ReadonlyArray<Replay['state']> = ['collecting', 'running'];

/** Releases nothing more of it; cancelling twice changes nothing. Throws NotFoundError, StateError `replay_ended`. */
export const cancelReplay = (id: string, operator: Operator): Promise<Replay> =>
  decide(id, operator, {
    act: 'replay.cancelled',
    from: UNDER_WAY,
    stands: ['cancelled'],
    change: (_, cancelled) => ({ state: 'cancelled', cancelled }),
  });

/** Continues with what is left, a canary from its first stage. Throws NotFoundError, StateError `replay_ended`. */
export const resumeReplay = (id: string, operator: Operator): Promise<Replay> =>
  decide(id, operator, {
    act: 'replay.resumed',
    from: ['cancelled', 'relapsed'],
    stands: UNDER_WAY,
    change: ({ collect }, resumed) => ({
      ...{ state: collect ? 'collecting' : 'running', resumed, endedAt: null },
      ...{ stage: null, stageEnds: null, relapse: null, cancelled: null },
    }),
  });

interface Step {
  act: Act['act'];
  /** The states in which an operator may decide so. */
  from: ReadonlyArray<Replay['state']>;
  /** The states in which it is as decided already. */
  stands: ReadonlyArray<Replay['state']>;
  change(replay: Replay, decision: Decision): Partial<Replay>;
}

function decide(id: string, operator: Operator, { act, from, stands, change }: Step): Promise<Replay> {
  const now = new Date();
  const decision = { ...operator, at: now.toISOString() };
  return untilCommitted(`replay ${id}`, async () => {
    const replay = orNotFound(await getReplay(id), 'replay');
    const { state, queue } = replay;
    if (queue === null && stands.includes(state)) return replay;
    if (queue !== null || !from.includes(state))
      throw new StateError({ code: 'replay_ended', description: 'the replay has ended by itself' });
    const recorded = putAct({ ...decision, act, about: id, detail: {} });
    return commitReplay(replay, change(replay, decision), now, [recorded]);
  });
}
