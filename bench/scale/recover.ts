import type { Design } from './design.ts';
import { dueAt } from './push.ts';
import type { Side } from './seller.ts';
import { OPERATOR_SECONDS } from './world.ts';

/** A canary releases one, then ten, then the rest: each stage costs a tick of the clock. */
const CANARY_TICKS = 3;

/** One second of the replays that an operator began when the marketplace was back, one for each connection. */
export function replayForASecond(side: Side, since: number, second: number, { replay, sweep }: Design): number {
  if (second < since + OPERATOR_SECONDS + CANARY_TICKS * sweep.everySeconds) return 0;
  const dead = side.tasks.reduce((sum, task) => sum + task.dead, 0);
  const inHand = dueAt(side) + side.tasks.reduce((sum, { pool }) => sum + pool.waiting, 0);
  const room = Math.max(0, replay.maxOpen * side.count - inHand);
  const released = Math.min(dead, room, (replay.perMinute / 60) * side.count);
  if (released <= 0) return 0;
  for (const task of side.tasks) {
    const own = (released * task.dead) / dead;
    task.dead -= own;
    task.pool.reopen(own);
  }
  return released;
}

/** A delivery that fell due within these seconds has its own ring on the way. */
const GRACE_SECONDS = 30;

/** The sweeper's rings for the connections of one marketplace; call it each second. */
export function createSweeper(sides: readonly Side[]) {
  const connections = sides.reduce((sum, { count }) => sum + count, 0);
  const before = new Map<Side, number>();
  return (second: number, { sweep: { everySeconds, rings, rungTogether } }: Design) => {
    const phase = second % everySeconds;
    if (phase === everySeconds - GRACE_SECONDS) for (const side of sides) before.set(side, fallenAt(side));
    if (second === 0 || phase !== 0) return { rings: 0, messages: 0 };
    const due = sides.reduce((sum, side) => sum + dueAt(side), 0);
    const spare = sides.reduce((sum, { spareRings }) => sum + spareRings, 0);
    const most = rings(due, due + spare, connections);
    let [again, ahead] = [0, 0];
    for (const side of sides) {
      const overdue = Math.max(0, dueAt(side) - (fallenAt(side) - (before.get(side) ?? 0)));
      const rung = Math.min(overdue, most * side.count);
      side.spareRings += rung;
      again += rung;
      for (let next = second; next < second + everySeconds; next++) {
        const at = next % side.unrung.length;
        // Deliveries of one second and connection share messages; the last of them is rarely full.
        ahead += Math.ceil((side.unrung[at] ?? 0) / side.count / rungTogether) * side.count;
        side.unrung[at] = 0;
      }
    }
    return { rings: again, messages: again + ahead };
  };
}

const fallenAt = ({ tasks }: Side): number => tasks.reduce((sum, { pool }) => sum + pool.fallen, 0);
