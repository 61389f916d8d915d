import { randomUUID } from 'node:crypto';
import type { Delivery } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/delivery-schema';
import { transition } from '#lib/deliveries/ledger';
import { reopen } from '#lib/deliveries/reopen';
import { ring } from '#lib/deliveries/ring';
import type { Decision } from '#lib/platform/decision';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { statesOf } from './collect.ts';
import { putOpen } from './members.ts';
import { beforeOf, tellReplay } from './release.ts';
import type { Replay, ReplaySettings } from './replay.ts';
import { commitReplay, getReplay, putNewReplay } from './store.ts';

export function newReplay(settings: ReplaySettings, now: Date): Replay {
  const at = now.toISOString();
  return {
    ...settings,
    id: `rpl_${randomUUID()}`,
    filter: null,
    delivery: null,
    queue: null,
    createdAt: at,
    updatedAt: at,
    endedAt: null,
    state: 'running',
    collect: null,
    stage: null,
    stageEnds: null,
    paceAt: at,
    matched: 0,
    succeeded: 0,
    dead: 0,
    blocked: 0,
    relapse: null,
    cancelled: null,
    resumed: null,
    revision: 0,
  };
}

/** Puts a replay on record; whoever advances it does the rest. */
export async function startReplay(filter: DeliveryFilter, settings: ReplaySettings, now = new Date()): Promise<Replay> {
  const collect = { states: statesOf(filter), cursor: null };
  const replay: Replay = { ...newReplay(settings, now), filter, state: 'collecting', collect };
  await transact([putNewReplay(replay)]);
  return replay;
}

/** Replays one delivery whatever its state; undefined when a worker has it in hand or it changed meanwhile. */
export async function replayDelivery(
  delivery: Delivery,
  settings: ReplaySettings,
  now = new Date(),
): Promise<Replay | undefined> {
  if (delivery.state === 'leased') return undefined;
  const at = now.toISOString();
  const replay: Replay = { ...newReplay(settings, now), delivery: delivery.id, matched: 1 };
  const { id, createdAt, state: was } = delivery;
  const member = { delivery: id, createdAt, was, releasedAt: at, before: beforeOf(delivery) };
  const reopened = reopen(delivery, at, at);
  const also = [
    putNewReplay(replay),
    putOpen(replay.id, member),
    ...tellReplay(delivery, 'delivery.replayed', replay, at),
  ];
  if (!(await transition(delivery, reopened, also))) return undefined;
  await ring([reopened], now);
  return replay;
}

/** Releases nothing more of it. False when it had ended by itself; cancelling twice is cancelling once. */
export function cancelReplay(
  id: string,
  word: Omit<Decision, 'at'>,
  now = new Date(),
): Promise<Replay | false | undefined> {
  return decide(id, now, (replay) => {
    if (replay.state === 'cancelled') return 'stands';
    if (replay.state !== 'collecting' && replay.state !== 'running') return undefined;
    return { state: 'cancelled', cancelled: { ...word, at: now.toISOString() } };
  });
}

/** Goes on with what a cancelled or relapsed replay has left, a canary from its first stage. */
export function resumeReplay(
  id: string,
  word: Omit<Decision, 'at'>,
  now = new Date(),
): Promise<Replay | false | undefined> {
  return decide(id, now, (replay) => {
    if (replay.state === 'collecting' || replay.state === 'running') return 'stands';
    if (replay.state !== 'cancelled' && replay.state !== 'relapsed') return undefined;
    const state = replay.collect ? 'collecting' : 'running';
    const resumed = { ...word, at: now.toISOString() };
    return { state, resumed, endedAt: null, stage: null, stageEnds: null, relapse: null, cancelled: null };
  });
}

/** The sweeper moves a replay on many times a minute. */
const TRIES = 20;

async function decide(
  id: string,
  now: Date,
  change: (replay: Replay) => Partial<Replay> | 'stands' | undefined,
): Promise<Replay | false | undefined> {
  const attempt = async (): Promise<{ answer: Replay | false | undefined } | undefined> => {
    const replay = await getReplay(id);
    if (!replay || replay.queue !== null) return { answer: replay && false };
    const decided = change(replay);
    if (!decided) return { answer: false };
    if (decided === 'stands') return { answer: replay };
    const next = await commitReplay(replay, decided, now);
    return next && { answer: next };
  };
  return (await untilCommitted(`replay ${id}`, attempt, { tries: TRIES })).answer;
}
