import { randomUUID } from 'node:crypto';
import type { Delivery } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/delivery-schema';
import { transition } from '#lib/deliveries/ledger';
import { reopen } from '#lib/deliveries/reopen';
import { ring } from '#lib/deliveries/ring';
import { putAct } from '#lib/platform/audit';
import type { Act } from '#lib/platform/audit-schema';
import type { Decision } from '#lib/platform/decision';
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

/** Releases nothing more of it; cancelling twice changes nothing. False if it had ended by itself, null if there is none. */
export function cancelReplay(id: string, operator: Operator): Promise<Replay | false | null> {
  return decide(id, 'replay.cancelled', operator, (replay, cancelled) => {
    if (replay.state === 'cancelled') return 'stands';
    if (replay.state !== 'collecting' && replay.state !== 'running') return undefined;
    return { state: 'cancelled', cancelled };
  });
}

/** Continues with what a cancelled or relapsed replay has left, a canary from its first stage. Returns like `cancelReplay`. */
export function resumeReplay(id: string, operator: Operator): Promise<Replay | false | null> {
  return decide(id, 'replay.resumed', operator, (replay, resumed) => {
    if (replay.state === 'collecting' || replay.state === 'running') return 'stands';
    if (replay.state !== 'cancelled' && replay.state !== 'relapsed') return undefined;
    const state = replay.collect ? 'collecting' : 'running';
    return { state, resumed, endedAt: null, stage: null, stageEnds: null, relapse: null, cancelled: null };
  });
}

/** The sweeper advances a replay many times a minute. */
const TRIES = 20;

function decide(
  id: string,
  act: Act['act'],
  operator: Operator,
  change: (replay: Replay, decision: Decision) => Partial<Replay> | 'stands' | undefined,
): Promise<Replay | false | null> {
  const now = new Date();
  const decision = { ...operator, at: now.toISOString() };
  return untilCommitted(
    `replay ${id}`,
    async () => {
      const replay = await getReplay(id);
      if (!replay) return null;
      const decided = replay.queue === null ? change(replay, decision) : undefined;
      if (!decided) return false;
      if (decided === 'stands') return replay;
      return commitReplay(replay, decided, now, [putAct({ ...decision, act, about: id, detail: {} })]);
    },
    { tries: TRIES },
  );
}
