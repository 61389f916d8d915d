import type { Table } from '#lib/platform/table/table';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { claimMembers, releaseLate } from './claim.ts';
import { collectChunk } from './collect.ts';
import { countMembers, listMembers } from './members.ts';
import { recall } from './release.ts';
import { isStopped, type Replay } from './replay.ts';
import { MAX_OPEN } from './schedule.ts';
import { settleMembers } from './settle-members.ts';
import { commitReplay, eachActiveReplay, getReplay, HUB, type Hub } from './store.ts';

/** How long replays are moved on in one sweep: less than the sweeper may run, so that it ends by itself. */
const MAX_MS = 40_000;
const AT_ONCE = 10;

export interface Clock {
  now?: () => Date;
  /** When to stop, in milliseconds of the real clock. */
  deadline?: number;
}

/** Moves every replay along that is not over. What one of them meets does not stop the others. */
export async function advanceReplays({ now, deadline = Date.now() + MAX_MS }: Clock = {}): Promise<void> {
  const ids = eachActiveReplay();
  const worker = async () => {
    for await (const id of ids) {
      if (Date.now() > deadline) return;
      await advanceReplay(id, { deadline, ...(now && { now }) }).catch((error) =>
        log.error('a replay did not advance', { replay: id, ...errorFields(error) }),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/**
 * One tick of a replay: collects its members, counts those that have settled, releases those whose turn it is.
 * Every step is a conditional write on what was read, so any number may tick at once and any of them may die.
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

/** After so long a dead-letter queue's replay was cut off: no function works on one for longer. */
const INTERRUPTED_MS = 120_000;

/** Only the request that asked for it moves messages out of a dead-letter queue; when it was cut off, the record says so. */
async function giveUp(replay: Replay, now: Date, table: Table): Promise<Replay | undefined> {
  if (now.getTime() - Date.parse(replay.createdAt) < INTERRUPTED_MS) return replay;
  return commitReplay(replay, { state: 'interrupted', endedAt: now.toISOString() }, now, [], table);
}

async function tick(replay: Replay, now: Date, deadline: number, hub: Hub): Promise<Replay | undefined> {
  const { table } = hub;
  const settled = await settleMembers(replay, await listMembers(replay.id, 'OPEN', MAX_OPEN, table), now, table);
  if (!settled.replay) return undefined;
  if (isStopped(settled.replay)) {
    await recall(settled.replay, settled.open, now, table);
    return endStopped(settled.replay, now, table);
  }
  const late = settled.open.filter(({ releasedAt }) => releasedAt === undefined);
  const current = await releaseLate(settled.replay, late, now, hub);
  return current && claimMembers(current, settled.open.length, now, deadline, hub);
}

/** A stopped replay is over when nothing of it runs any more. */
async function endStopped(replay: Replay, now: Date, table: Table): Promise<Replay | undefined> {
  if ((await countMembers(replay.id, 'OPEN', table)) > 0) return replay;
  return commitReplay(replay, { endedAt: now.toISOString() }, now, [], table);
}
