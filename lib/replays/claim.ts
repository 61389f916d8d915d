import { sweepIntervalSeconds } from '#lib/platform/settings';
import { listMembers, moveMember } from './members.ts';
import { release } from './release.ts';
import { type Member, type Replay, settledOf } from './replay.ts';
import { MAX_OPEN, nextSlots, nextStage } from './schedule.ts';
import { commitReplay, type Hub } from './store.ts';

/** Two writes a member, and the replay's own: under the hundred of a transaction. */
const CHUNK = 45;

/** Releases what was claimed and could not be released then: its slot is gone, so it takes a new one. */
export async function releaseLate(
  replay: Replay,
  late: readonly Member[],
  now: Date,
  hub: Hub,
): Promise<Replay | undefined> {
  if (late.length === 0) return replay;
  const { slots, paceAt } = nextSlots(replay, now, late.length, sweepIntervalSeconds());
  const next = await commitReplay(replay, { paceAt }, now, [], hub.table);
  if (next) await release(next, late, slots, now, hub);
  return next;
}

/** Releases as many members as pace and stage allow now; the oldest deliveries first. */
export async function claimMembers(
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
      // The stage ends when all its members have settled, and none of them failed again.
      if (open > 0) return current;
      current = await commitReplay(current, nextStage(current.stage, released), now, [], hub.table);
      continue;
    }
    const claimed = waiting.slice(0, room(current, open));
    const { slots, paceAt } = nextSlots(current, now, claimed.length, sweepIntervalSeconds());
    if (slots.length === 0) return current;
    const members = claimed.slice(0, slots.length);
    const { id } = current;
    const moves = members.flatMap((member) => moveMember(id, member, 'WAITING', 'OPEN', now));
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
