import { createConsumer } from './consumer.ts';
import { consumerFor, type Design, inboundConsumer } from './design.ts';
import { ingestForASecond } from './ingest.ts';
import { type Answers, dueAt, pushForASecond } from './push.ts';
import { createRecorder, type Result } from './record.ts';
import type { Scenario } from './scenarios.ts';
import { createSeller, type Side, type Stream } from './seller.ts';
import { FLOOD, OPERATOR_SECONDS, RAMP_SECONDS } from './world.ts';

/** Runs a scenario second by second: orders are a fluid, and all numbers that are ours come from the design. */
export function simulate(scenario: Scenario, design: Design): Result {
  const { outage, seconds } = scenario;
  const random = createRandom(scenario.seed);
  const clock = { second: 0 };
  const sellers = scenario.sellers.map((spec) => createSeller(spec, design, seconds, clock));
  const inbound = sellers.flatMap((seller) => seller.inbound);
  const sides = sellers.flatMap(({ channel, shipper }) => [channel, shipper]);
  const streams = sellers.flatMap((seller) => seller.streams);
  const marketplaces = [...new Set(sides.map(({ marketplace }) => marketplace))].map((name) => ({
    name,
    gate: createGate(design.webhookThrottle),
    streams: streams.filter(({ marketplace }) => marketplace === name),
    sides: sides.filter(({ marketplace }) => marketplace === name),
    consumer: createConsumer(design.consumers.get(consumerFor(name))),
    sweep: createSweeper(sides.filter(({ marketplace }) => marketplace === name)),
  }));
  const ingest = createConsumer(design.consumers.get(inboundConsumer));
  const recorder = createRecorder(sellers, design);
  const answersOf = (name: string): Answers =>
    outage?.marketplace === name && clock.second >= outage.from && clock.second < outage.until
      ? outage.answers
      : 'well';

  for (let second = 0; second < seconds; second++) {
    clock.second = second;
    for (const { spec, sell } of sellers) {
      const sold = arrivals(spec.ordersPerSecond * Math.min(1, (second + 1) / RAMP_SECONDS), random);
      sell(sold, second);
      recorder.sold(sold);
    }
    for (const side of sides) fallDue(side, second);
    for (const each of marketplaces)
      recorder.webhooks(each.name, sendWebhooks(each.streams, each.gate, second, answersOf(each.name) === 'well'));
    recorder.ingested(ingestForASecond(inbound, ingest));
    for (const each of marketplaces)
      recorder.pushed(each.name, pushForASecond(each.sides, each.consumer, answersOf(each.name), second, design));
    for (const side of sides) if (outage) recorder.replayed(side, replayForASecond(side, outage.until, second, design));
    recorder.swept(marketplaces.map(({ sweep }) => sweep(second, design)));
    recorder.tick(second);
  }
  return recorder.result(scenario);
}

/** Reproducible numbers between 0 and 1 (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many events of a Poisson process happen in a second; the normal distribution is near enough for a fluid. */
export function arrivals(mean: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(0, mean + Math.sqrt(mean) * normal);
}

/** A canary releases one, then ten, then the rest: each stage costs one tick of the clock. */
const CANARY_TICKS = 3;

/** One second of the replays that an operator starts when the marketplace is back, one for each connection. */
function replayForASecond(side: Side, since: number, second: number, { replay, sweep }: Design): number {
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

/** A delivery that fell due within these seconds still has its own ring on the way. */
const GRACE_SECONDS = 30;

/** The sweeper's rings for the connections of one marketplace; call it each second. */
function createSweeper(sides: readonly Side[]) {
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
        const deliveries = side.unrung[at] ?? 0;
        // Deliveries of one second and connection share messages; the last message is rarely full.
        const messages = Math.ceil(deliveries / side.count / rungTogether) * side.count;
        ahead += messages;
        side.unrung[at] = 0;
        // Those of this very second have fallen due already.
        side.joining[at] = next > second ? Math.max(0, deliveries - messages) : 0;
      }
    }
    return { rings: again, messages: again + ahead };
  };
}

/** Moves what falls due in this second to what is due, and notes how much of it shares the messages of others. */
function fallDue(side: Side, second: number): void {
  for (const { pool } of side.tasks) pool.fallDue(second);
  const at = second % side.joining.length;
  side.joined += side.joining[at] ?? 0;
  side.joining[at] = 0;
}

const fallenAt = ({ tasks }: Side): number => tasks.reduce((sum, { pool }) => sum + pool.fallen, 0);

/** A token bucket, as API Gateway throttles a route. */
export interface Gate {
  /** Admits requests of this second; returns how many. Call once a second. */
  admit(requests: number): number;
}

export function createGate({ rate, burst }: { rate: number; burst: number }): Gate {
  let tokens = burst;
  return {
    admit(requests) {
      const admitted = Math.min(requests, tokens + rate);
      tokens = Math.min(burst, tokens + rate - admitted);
      return admitted;
    },
  };
}

/** A vendor that was refused sends again after this long. */
const SENT_AGAIN_SECONDS = 60;

/** One second of a marketplace's webhooks; those held back while it is away come faster than usual afterwards. */
function sendWebhooks(
  streams: readonly Stream[],
  gate: Gate,
  second: number,
  isUp: boolean,
): { sent: number; refused: number } {
  const leaving = streams.map((stream) => {
    stream.held += stream.sent[second] ?? 0;
    if (!isUp) return 0;
    const leaves = Math.min(stream.held, Math.max(stream.sent[second] ?? 0, stream.usual * FLOOD));
    stream.held -= leaves;
    return leaves;
  });
  const sent = leaving.reduce((sum, each) => sum + each, 0);
  const part = sent > 0 ? gate.admit(sent) / sent : 1;
  for (const [index, { into, sent: bySecond }] of streams.entries()) {
    const left = leaving[index] ?? 0;
    into.waiting += left * part;
    const again = Math.min(bySecond.length - 1, second + SENT_AGAIN_SECONDS);
    if (again > second) bySecond[again] = (bySecond[again] ?? 0) + left * (1 - part);
  }
  return { sent, refused: sent * (1 - part) };
}
