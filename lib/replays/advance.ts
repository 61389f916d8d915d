import type { Delivery, DeliveryState } from '#lib/deliveries/delivery';
import { chunksOf } from '#lib/platform/chunks';
import { sweepIntervalSeconds } from '#lib/platform/settings';
import type { Table } from '#lib/platform/table/table';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { collectChunk } from './collect.ts';
import { countMembers, listMembers, moveMember } from './members.ts';
import { findAll, recall, release } from './release.ts';
import { isHalted, type Member, type Replay, settledOf } from './replay.ts';
import { MAX_OPEN, nextSlots, nextStage } from './schedule.ts';
import { commitReplay, eachActiveReplay, getReplay, HUB, type Hub } from './store.ts';

/** How long one sweep advances replays: less than the sweeper may run, so that it ends by itself. */
const MAX_MS = 40_000;
const AT_ONCE = 10;

interface Clock {
  now?: () => Date;
  /** When to stop, in milliseconds of the real clock. */
  deadline?: number;
}

/** Advances every replay that is not over. An error in one does not stop the others. */
export async function advanceReplays(): Promise<void> {
  const deadline = Date.now() + MAX_MS;
  const ids = eachActiveReplay();
  const worker = async () => {
    for await (const id of ids) {
      if (Date.now() > deadline) return;
      await advanceReplay(id, { deadline }).catch((error) =>
        log.error('a replay did not advance', { replay: id, ...errorFields(error) }),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/**
 * One tick of a replay: collects its members, counts those that have settled, releases those whose time has come. Every
 * step is a conditional write on what was read, so any number may tick at once and any of them may die.
 */
export async function advanceReplay(
  id: string,
  { now = () => new Date(), deadline = Date.now() + MAX_MS }: Clock = {},
  hub: Hub = HUB,
): Promise<Replay | undefined> {
  const { table } = hub;
  let replay = await getReplay(id, table);
  while (replay?.state === 'collecting' && Date.now() < deadline) replay = await collectChunk(replay, now(), table);
  if (replay && replay.state !== 'collecting' && replay.endedAt === null)
    replay = replay.queue === null ? await tick(replay, now(), deadline, hub) : await giveUp(replay, now(), table);
  return replay ?? getReplay(id, table);
}

/** After this long a dead-letter queue's replay was cut off: no function works on one for longer. */
const INTERRUPTED_MS = 120_000;

/** Only the request itself moves messages out of a dead-letter queue; if it was cut off, the record says so. */
async function giveUp(replay: Replay, now: Date, table: Table): Promise<Replay | undefined> {
  if (now.getTime() - Date.parse(replay.createdAt) < INTERRUPTED_MS) return replay;
  return commitReplay(replay, { state: 'interrupted', endedAt: now.toISOString() }, now, [], table);
}

async function tick(replay: Replay, now: Date, deadline: number, hub: Hub): Promise<Replay | undefined> {
  const { table } = hub;
  const settled = await settleMembers(replay, await listMembers(replay.id, 'OPEN', MAX_OPEN, table), now, table);
  if (!settled.replay) return undefined;
  if (isHalted(settled.replay)) {
    await recall(settled.replay, settled.open, now, table);
    return endStopped(settled.replay, now, table);
  }
  const late = settled.open.filter(({ releasedAt }) => releasedAt === undefined);
  const current = await releaseLate(settled.replay, late, now, hub);
  return current && claimMembers(current, settled.open.length, now, deadline, hub);
}

/** A stopped replay is over once none of its members runs any more. */
async function endStopped(replay: Replay, now: Date, table: Table): Promise<Replay | undefined> {
  if ((await countMembers(replay.id, 'OPEN', table)) > 0) return replay;
  return commitReplay(replay, { endedAt: now.toISOString() }, now, [], table);
}

/** Two writes for each member, and the replay's own: under the hundred of a transaction. */
const CHUNK = 45;

type Outcome = 'succeeded' | 'dead' | 'blocked';
interface Settled {
  member: Member;
  delivery: Delivery | undefined;
  outcome: Outcome;
}

/**
 * Counts the open members whose deliveries have settled. A canary stops at the first that failed again. Returns the
 * members still open; no replay if somebody else advanced it.
 */
async function settleMembers(
  replay: Replay,
  open: readonly Member[],
  now: Date,
  table: Table,
): Promise<{ replay: Replay | undefined; open: Member[] }> {
  const deliveries = await findAll(open, table);
  const settled = open.flatMap((member) => {
    const delivery = deliveries.get(member.delivery);
    const outcome = outcomeOf(member, delivery);
    return outcome ? { member, delivery, outcome } : [];
  });
  const done = new Set(settled.map(({ member }) => member.delivery));
  let current: Replay | undefined = replay;
  for (const chunk of chunksOf(settled, CHUNK)) {
    if (!current) break;
    const moves = chunk.flatMap(({ member, outcome }) =>
      moveMember(replay.id, { ...member, outcome }, { from: 'OPEN', to: 'DONE' }, now),
    );
    current = await commitReplay(current, countIn(current, chunk), now, moves, table);
  }
  return { replay: current, open: open.filter(({ delivery }) => !done.has(delivery)) };
}

const FINAL: ReadonlySet<DeliveryState> = new Set<Outcome>(['succeeded', 'dead', 'blocked']);

function outcomeOf({ releasedAt, was }: Member, delivery: Delivery | undefined): Outcome | undefined {
  if (!delivery) return 'dead';
  const { state } = delivery;
  // Another replay did it meanwhile.
  if (!releasedAt) return state === 'succeeded' && was !== 'succeeded' ? state : undefined;
  return FINAL.has(state) ? (state as Outcome) : undefined;
}

function countIn(replay: Replay, chunk: readonly Settled[]): Partial<Replay> {
  const count = (outcome: Outcome) => replay[outcome] + chunk.filter((each) => each.outcome === outcome).length;
  const counts = { succeeded: count('succeeded'), dead: count('dead'), blocked: count('blocked') };
  const relapsed = chunk.find(({ outcome }) => outcome !== 'succeeded');
  if (!relapsed || !replay.canary || isHalted(replay)) return counts;
  const { member, delivery, outcome } = relapsed;
  const relapse = { delivery: member.delivery, state: outcome, cause: delivery?.cause ?? null };
  return { ...counts, state: 'relapsed', relapse };
}

/** Releases what was claimed and could not be released then: its slot is gone, so it takes a new one. */
async function releaseLate(replay: Replay, late: readonly Member[], now: Date, hub: Hub): Promise<Replay | undefined> {
  if (late.length === 0) return replay;
  const { slots, paceAt } = nextSlots(replay, now, late.length, sweepIntervalSeconds());
  const next = await commitReplay(replay, { paceAt }, now, [], hub.table);
  if (next) await release(next, late, slots, now, hub);
  return next;
}

/** Releases as many members as pace and stage allow now, the oldest deliveries first. */
async function claimMembers(
  replay: Replay,
  openCount: number,
  now: Date,
  deadline: number,
  hub: Hub,
): Promise<Replay | undefined> {
  let current: Replay | undefined = replay;
  for (let open = openCount; current && Date.now() < deadline; ) {
    const released = settledOf(current) + open;
    const limit = Math.max(1, Math.min(CHUNK, room(current, open)));
    const waiting = await listMembers(current.id, 'WAITING', limit, hub.table);
    if (waiting.length === 0) return open > 0 ? current : finish(current, now, hub);
    if (isFull(current, released)) {
      // The stage ends when all its members have settled and none of them failed again.
      if (open > 0) return current;
      current = await commitReplay(current, nextStage(current.stage, released), now, [], hub.table);
      continue;
    }
    const claimed = waiting.slice(0, room(current, open));
    const { slots, paceAt } = nextSlots(current, now, claimed.length, sweepIntervalSeconds());
    if (slots.length === 0) return current;
    const members = claimed.slice(0, slots.length);
    const { id } = current;
    const moves = members.flatMap((member) => moveMember(id, member, { from: 'WAITING', to: 'OPEN' }, now));
    current = await commitReplay(current, { paceAt }, now, moves, hub.table);
    if (current) await release(current, members, slots, now, hub);
    open += members.length;
  }
  return current;
}

function room(replay: Replay, open: number): number {
  const left = replay.stageEnds === null ? MAX_OPEN : replay.stageEnds - settledOf(replay) - open;
  return Math.max(0, Math.min(left, MAX_OPEN - open));
}

const isFull = ({ canary, stage, stageEnds }: Replay, released: number): boolean =>
  canary && (stage === null || (stageEnds !== null && released >= stageEnds));

const finish = (replay: Replay, now: Date, { table }: Hub): Promise<Replay | undefined> =>
  commitReplay(replay, { state: 'finished', endedAt: now.toISOString() }, now, [], table);
