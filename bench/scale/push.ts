import { RUNG_TOGETHER } from '#lib/deliveries/ring';
import { AWAY_HOLD_MS, AWAY_MAX_WAIT_MS } from '#lib/platform/rate-limit/breaker';
import { MAX_WAITLIST_MS } from '#lib/platform/rate-limit/reservations';
import { AWS } from './aws.ts';
import type { Consumer, Sort } from './consumer.ts';
import type { Design } from './design.ts';
import { sum } from './pool.ts';
import type { Side, Task } from './seller.ts';
import { share } from './share.ts';
import { cpu, waits } from './world.ts';
import { type Moves, noMoves } from './writes.ts';

/** How a marketplace answers now. */
export type Answers = 'well' | 'refuses' | 'never';

/** One second of a marketplace's pushers: the outcome for each side's deliveries, and busy invocations. */
export function pushForASecond(
  sides: readonly Side[],
  consumer: Consumer,
  answers: Answers,
  second: number,
  design: Design,
): { moves: Map<Side, Moves>; busy: number } {
  const wishes = sides.map((side) => ({ count: side.count, amount: messagesOf(side) }));
  const got = share(wishes, consumer.capacity(), true);
  const moves = new Map<Side, Moves>();
  const sorts: Sort[] = [];
  for (const [index, side] of sides.entries()) {
    const wished = wishes[index]?.amount ?? 0;
    const part = wished > 0 ? (got[index] ?? 0) / wished : 0;
    const duds = side.spareRings * part;
    side.spareRings -= duds;
    const due = dueAt(side);
    const made = attempt(side, part, answers, second, design);
    made.together = due > 0 ? due / (due - side.joined) : 1;
    side.joined *= 1 - part;
    moves.set(side, made);
    const tried = made.succeeded + made.retried + made.died;
    sorts.push(
      {
        count: tried,
        waits: waits.ledger + answerSeconds(answers, design),
        cpu: cpu.attempt,
      },
      { count: made.turnedAway - made.heldBack, waits: waits.turnedAway, cpu: cpu.turnedAway },
      { count: made.heldBack, waits: waits.turnedAway + AWAY_HOLD_MS / 1000, cpu: cpu.turnedAway },
      { count: duds, waits: waits.dud, cpu: cpu.dud },
    );
  }
  const taken = sum(got);
  const left = sum(wishes.map(({ amount }) => amount)) - taken;
  return { moves, busy: consumer.work(sorts, left, taken) };
}

const answerSeconds = (answers: Answers, { httpTimeoutSeconds }: Design): number =>
  answers === 'well' ? waits.answer : answers === 'refuses' ? waits.refusal : httpTimeoutSeconds;

/** The messages that ring for what is due: one message may ring for several deliveries, which are worked together. */
function messagesOf(side: Side): number {
  const due = dueAt(side);
  // Another's read may have served some that shared a message.
  side.joined = Math.min(side.joined, due * (1 - 1 / RUNG_TOGETHER));
  return due - side.joined + side.spareRings;
}

export function dueAt({ tasks }: Side): number {
  let due = 0;
  for (const { pool } of tasks) due += pool.ready;
  return due;
}

/** Works a part of what is due at one side: the rate limit lets some through, the rest joins its waitlist. */
function attempt(side: Side, part: number, answers: Answers, second: number, design: Design): Moves {
  const moves = noMoves();
  const away = awayFor(side, answers, second, design);
  // All are taken before any has an effect: what a push opens is due in the next second.
  const all = side.tasks.map(({ pool }) => pool.take(pool.ready * part));
  const leaves = away > 0 ? [1, 1] : admit(side, all, answers, second, moves);
  for (const [index, task] of side.tasks.entries()) {
    const each = all[index];
    const count = each ? sum(each) : 0;
    if (!each || count === 0) continue;
    moves.leased += count;
    const leaving = each.map((those, stage) => those * (leaves[Math.floor((stage * 2) / each.length)] ?? 0));
    const left = each.map((those, stage) => those - (leaving[stage] ?? 0));
    const through = sum(leaving);
    if (away > 0) {
      moves.turnedAway += through;
      moves.heldBack += through;
      waitForReturn(side, task, leaving, away, second);
    } else if (answers === 'well') {
      task.succeeded += through;
      moves.succeeded += through;
      if (task.name === 'place') moves.placed += through;
      if (task.records) moves.recorded += through;
      if (task.bringsOrder) moves.ordered += through;
      task.done(through);
    } else {
      const died = (leaving[each.length / 2 - 1] ?? 0) + (leaving.at(-1) ?? 0);
      task.pool.postpone(leaving, 1, design.retry.intervalSeconds, true);
      task.dead += died;
      moves.died += died;
      moves.retried += through - died;
    }
    moves.turnedAway += count - through;
    queueUp(side, task, left, second);
  }
  if (moves.succeeded > 0) side.failed = 0;
  else if (moves.retried + moves.died > 0) {
    if (side.failed === 0) side.failingSince = second;
    side.failed += moves.retried + moves.died;
  }
  return moves;
}

/**
 * The parts that the rate limit lets through, of those without a place in the waitlist and of those that have one. While
 * anybody waits there, the former have what the latter leave of the pace.
 */
function admit(
  { tasks, bucket, lineEnds }: Side,
  taken: readonly Float64Array[],
  answers: Answers,
  second: number,
  moves: Moves,
): [number, number] {
  const wanted = [0, 0];
  for (const [index, each] of taken.entries()) {
    const requests = answers === 'well' ? (tasks[index]?.requests ?? 0) : 1;
    const half = each.length / 2;
    wanted[0] = (wanted[0] ?? 0) + sum(each.subarray(0, half)) * requests;
    wanted[1] = (wanted[1] ?? 0) + sum(each.subarray(half)) * requests;
  }
  const [newcomers = 0, placed = 0] = wanted;
  const passing = lineEnds > second ? Math.min(newcomers, Math.max(0, bucket.rate - placed)) : newcomers;
  moves.requests = bucket.take(placed + passing);
  const first = Math.min(placed, moves.requests);
  const rest = Math.min(passing, moves.requests - first);
  return [newcomers > 0 ? rest / newcomers : 0, placed > 0 ? first / placed : 0];
}

/** For how many seconds a side's connections have been away; one delivery of each then asks now and then. */
function awayFor(side: Side, answers: Answers, second: number, { away }: Design): number {
  const seconds = second - side.failingSince;
  if (side.failed < away.afterFailures * side.count || seconds * 1000 < away.afterMs) return 0;
  if ((second - side.askedAt) * 1000 < away.askMs) return seconds;
  side.askedAt = second;
  return answers === 'well' ? 0 : seconds;
}

/** Spread over the second half of a wait that grows with the time it is away. */
function waitForReturn(side: Side, task: Task, taken: Float64Array, away: number, second: number): void {
  const [wait, pieces] = [Math.min(AWAY_MAX_WAIT_MS / 1000, Math.max(60, away / 4)), 5];
  for (let piece = 0; piece < pieces; piece++)
    comeBack(side, task, taken, 1 / pieces, Math.round(wait * (0.5 + piece / (2 * pieces))), { second });
}

/** Those turned away come back one after another, at the rate limit's pace. */
function queueUp(side: Side, task: Task, taken: Float64Array, second: number): void {
  const count = sum(taken);
  const placed = { second, hasPlace: true };
  if (count <= 0) return;
  const perSecond = side.bucket.rate / task.requests;
  if (side.lineEnds > second + MAX_WAITLIST_MS / 1000) {
    // A waitlist ends an hour ahead: what would come after its end is spread over its second half.
    const [seconds, pieces] = [(MAX_WAITLIST_MS / 1000) * 0.5, 10];
    for (let piece = 0; piece < pieces; piece++)
      comeBack(side, task, taken, 1 / pieces, Math.round(seconds * (1 + piece / pieces)), placed);
    return;
  }
  for (let left = count; left > 1e-9; ) {
    side.lineEnds = Math.max(side.lineEnds, second + 1);
    const now = Math.min(left, perSecond * (Math.floor(side.lineEnds + 1) - side.lineEnds));
    comeBack(side, task, taken, now / count, Math.floor(side.lineEnds) - second, placed);
    side.lineEnds += now / perSecond;
    left -= now;
  }
}

function comeBack(
  side: Side,
  task: Task,
  taken: Float64Array,
  part: number,
  seconds: number,
  { second, hasPlace = false }: { second: number; hasPlace?: boolean },
): void {
  task.pool.postpone(taken, part, seconds, false, hasPlace);
  if (seconds <= AWS.sqs.maxDelaySeconds) return;
  const at = (second + seconds) % side.unrung.length;
  side.unrung[at] = (side.unrung[at] ?? 0) + sum(taken) * part;
}
