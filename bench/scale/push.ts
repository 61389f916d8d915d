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
  const wishes = sides.map((side) => ({ count: side.count, amount: dueAt(side) + side.spareRings }));
  const got = share(wishes, consumer.capacity(), true);
  const moves = new Map<Side, Moves>();
  const sorts: Sort[] = [];
  for (const [index, side] of sides.entries()) {
    const wished = wishes[index]?.amount ?? 0;
    const part = wished > 0 ? (got[index] ?? 0) / wished : 0;
    const duds = side.spareRings * part;
    side.spareRings -= duds;
    const made = attempt(side, part, answers, second, design);
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
  const left = sum(wishes.map(({ amount }) => amount)) - sum(got);
  return { moves, busy: consumer.work(sorts, left) };
}

const answerSeconds = (answers: Answers, { httpTimeoutSeconds }: Design): number =>
  answers === 'well' ? waits.answer : answers === 'refuses' ? waits.refusal : httpTimeoutSeconds;

export function dueAt({ tasks }: Side): number {
  let due = 0;
  for (const { pool } of tasks) due += pool.ready;
  return due;
}

/** Works a part of what is due at one side: the rate limit lets some through, the rest joins its waitlist. */
function attempt(side: Side, part: number, answers: Answers, second: number, design: Design): Moves {
  const moves = noMoves();
  const away = awayFor(side, answers, second, design);
  let wanted = 0;
  for (const { pool, requests } of side.tasks) wanted += pool.ready * part * (answers === 'well' ? requests : 1);
  moves.requests = side.bucket.take(wanted);
  const leave = wanted > 0 ? moves.requests / wanted : 0;
  // All are taken before any has an effect: what a push opens is due in the next second.
  const counts = side.tasks.map(({ pool }) => pool.ready * part);
  const all = side.tasks.map(({ pool }, index) => pool.take(counts[index] ?? 0));
  for (const [index, task] of side.tasks.entries()) {
    const each = all[index];
    const count = counts[index] ?? 0;
    if (!each || count === 0) continue;
    moves.leased += count;
    if (away > 0) {
      moves.turnedAway += count * leave;
      moves.heldBack += count * leave;
      waitForReturn(side, task, each, { part: leave, away }, second);
    } else if (answers === 'well') {
      const succeeded = count * leave;
      task.succeeded += succeeded;
      moves.succeeded += succeeded;
      if (task.name === 'place') moves.placed += succeeded;
      if (task.records) moves.recorded += succeeded;
      if (task.bringsOrder) moves.ordered += succeeded;
      task.done(succeeded);
    } else {
      const died = (each.at(-1) ?? 0) * leave;
      task.pool.postpone(each, leave, design.retry.intervalSeconds, true);
      task.dead += died;
      moves.died += died;
      moves.retried += count * leave - died;
    }
    moves.turnedAway += count * (1 - leave);
    queueUp(side, task, each, 1 - leave, second);
  }
  if (away > 0) moves.requests = 0;
  else if (moves.succeeded > 0) side.failed = 0;
  else if (moves.retried + moves.died > 0) {
    if (side.failed === 0) side.failingSince = second;
    side.failed += moves.retried + moves.died;
  }
  return moves;
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
function waitForReturn(
  side: Side,
  task: Task,
  taken: Float64Array,
  { part, away }: { part: number; away: number },
  second: number,
): void {
  const [wait, pieces] = [Math.min(AWAY_MAX_WAIT_MS / 1000, Math.max(60, away / 4)), 5];
  for (let piece = 0; piece < pieces; piece++)
    comeBack(side, task, taken, part / pieces, second, Math.round(wait * (0.5 + piece / (2 * pieces))));
}

/** Those turned away come back one after another, at the rate limit's pace. */
function queueUp(side: Side, task: Task, taken: Float64Array, part: number, second: number): void {
  const count = sum(taken) * part;
  if (count <= 0) return;
  const perSecond = side.bucket.rate / task.requests;
  if (side.lineEnds > second + MAX_WAITLIST_MS / 1000) {
    // A waitlist ends an hour ahead: what would come after its end is spread over its second half.
    const [seconds, pieces] = [(MAX_WAITLIST_MS / 1000) * 0.5, 10];
    for (let piece = 0; piece < pieces; piece++)
      comeBack(side, task, taken, part / pieces, second, Math.round(seconds * (1 + piece / pieces)));
    return;
  }
  for (let left = count; left > 1e-9; ) {
    side.lineEnds = Math.max(side.lineEnds, second + 1);
    const now = Math.min(left, perSecond * (Math.floor(side.lineEnds + 1) - side.lineEnds));
    comeBack(side, task, taken, (part * now) / count, second, Math.floor(side.lineEnds) - second);
    side.lineEnds += now / perSecond;
    left -= now;
  }
}

function comeBack(side: Side, task: Task, taken: Float64Array, part: number, second: number, seconds: number): void {
  task.pool.postpone(taken, part, seconds, false);
  if (seconds <= AWS.sqs.maxDelaySeconds) return;
  const at = (second + seconds) % side.unrung.length;
  side.unrung[at] = (side.unrung[at] ?? 0) + sum(taken) * part;
}
