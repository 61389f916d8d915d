import { AWS } from './aws.ts';
import type { Design } from './design.ts';
import { createHeatMap, type Heat } from './heat.ts';
import { waitingIn } from './ingest.ts';
import { sum } from './pool.ts';
import { dueAt } from './push.ts';
import type { Scenario } from './scenarios.ts';
import type { Inbound, Seller, Side } from './seller.ts';
import { cpu, SENT_TOGETHER, waits } from './world.ts';
import { countRecords, countWrites, ITEMS, type Moves, noMoves, PARTITIONS } from './writes.ts';

/** Named numbers: of queues, functions or connections. */
export type Numbers = Record<string, number>;

/** The state at the end of a minute. */
export interface Sample {
  second: number;
  /** Due messages in each queue. */
  queued: Numbers;
  /** Deliveries that wait for their time, by marketplace. */
  waiting: Numbers;
  /** Busy invocations, by function. */
  busy: Numbers;
  dead: number;
  finished: number;
  /** Writes in the minute's hottest second, on one partition of an index and on one of the table. */
  hottest: { partition: number; item: number };
}

export interface Result {
  scenario: Scenario;
  samples: Sample[];
  heats: Heat[];
  totals: Numbers;
  /** The highest value in any second. */
  peaks: { busy: Numbers; queued: Numbers; webhooks: Numbers; delay: Numbers; sweepSeconds: number };
  /** Requests in the fullest minute of each connection, and its limit. */
  fullestMinute: Record<string, { requests: number; limit: number }>;
  /** Seconds from the marketplace's return until nothing of the outage was left; null: not within the run. */
  recoveredAfter: number | null;
  /** Orders sold, minus those finished and those still at some station. */
  lost: number;
}

type Totals = Record<
  'sold' | 'webhooks' | 'refusedWebhooks' | 'attempts' | 'turnedAway' | 'died' | 'replayed' | 'spareRings',
  number
>;

/** Seconds of work that are open while nothing is wrong. */
const USUAL_SECONDS = 10;

export function createRecorder(sellers: readonly Seller[], design: Design) {
  const inbound = sellers.flatMap((seller) => seller.inbound);
  const sides = sellers.flatMap(({ channel, shipper }) => [channel, shipper]);
  const heat = createHeatMap();
  const totals: Totals = {
    ...{ sold: 0, webhooks: 0, refusedWebhooks: 0, attempts: 0, turnedAway: 0, died: 0, replayed: 0, spareRings: 0 },
  };
  const samples: Sample[] = [];
  const peaks: Result['peaks'] = { busy: {}, queued: {}, webhooks: {}, delay: {}, sweepSeconds: 0 };
  const busy: Numbers = {};
  const moved = new Map<Side, Moves>(sides.map((side) => [side, noMoves()]));
  const openedBefore = new Map<Side, number>();
  const minutes = createMinutes();
  let troubledUntil = 0;
  const perSecond = sum(sellers.map(({ spec }) => spec.ordersPerSecond));

  const raise = (into: Numbers, name: string, value: number) => {
    into[name] = Math.max(into[name] ?? 0, value);
  };
  const waitFor = (name: string, left: number, done: number) =>
    raise(peaks.delay, name, left < 1 ? 0 : done > 0 ? left / done : Number.POSITIVE_INFINITY);

  return {
    sold(count: number) {
      totals.sold += count;
    },
    webhooks(marketplace: string, { sent, refused }: { sent: number; refused: number }) {
      totals.webhooks += sent;
      totals.refusedWebhooks += refused;
      raise(peaks.webhooks, marketplace, sent);
    },
    ingested({ worked, busy: invocations }: { worked: Map<Inbound, number>; busy: number }) {
      busy.ingest = invocations;
      for (const [each, messages] of worked) countRecords(heat, each, messages, design);
      waitFor('inbound', waitingIn(inbound), sum([...worked.values()]));
    },
    pushed(marketplace: string, { moves, busy: invocations }: { moves: Map<Side, Moves>; busy: number }) {
      busy[`pusher-${marketplace}`] = invocations;
      for (const [side, made] of moves) {
        moved.set(side, made);
        totals.attempts += made.succeeded + made.retried + made.died;
        totals.turnedAway += made.turnedAway;
        totals.died += made.died;
        minutes.add(side, made.requests);
        waitFor(side.name, dueAt(side), made.leased);
      }
    },
    replayed(side: Side, count: number) {
      const moves = moved.get(side);
      if (moves) moves.reopened = count;
      totals.replayed += count;
    },
    swept(sweeps: ReadonlyArray<{ rings: number; messages: number }>) {
      const sends = sweeps.map(({ messages }) => messages / SENT_TOGETHER);
      totals.spareRings += sum(sweeps.map(({ rings }) => rings));
      // The sweeper writes to all queues at once, on its share of a CPU.
      const work = (sum(sends) * cpu.send) / (design.sweep.memoryMb / AWS.lambda.megabytesPerCpu);
      peaks.sweepSeconds = Math.max(peaks.sweepSeconds, work + Math.max(...sends) * waits.send);
    },
    tick(second: number) {
      for (const [side, moves] of moved) {
        let opened = 0;
        for (const { pool } of side.tasks) opened += pool.opened;
        countWrites(heat, side, { ...moves, opened: opened - (openedBefore.get(side) ?? 0) }, design);
        openedBefore.set(side, opened);
      }
      heat.tick();
      const queued: Numbers = { inbound: waitingIn(inbound) };
      const waiting: Numbers = {};
      for (const side of sides) {
        queued[side.marketplace] = (queued[side.marketplace] ?? 0) + dueAt(side) + side.spareRings;
        for (const { pool } of side.tasks) waiting[side.marketplace] = (waiting[side.marketplace] ?? 0) + pool.waiting;
      }
      for (const [name, value] of Object.entries(queued)) raise(peaks.queued, name, value);
      for (const [name, value] of Object.entries(busy)) raise(peaks.busy, name, value);
      raise(peaks.busy, 'all consumers', sum(Object.values(busy)));
      let dead = 0;
      for (const { tasks } of sides) for (const task of tasks) dead += task.dead;
      const open = sum(Object.values(waiting)) + sum(Object.values(queued));
      if (dead > 1 || open > USUAL_SECONDS * perSecond) troubledUntil = second;
      if (second % 60 === 59)
        samples.push({
          ...{ second, queued, waiting, busy: { ...busy }, dead, finished: finishedBy(sellers) },
          hottest: { partition: heat.highest(PARTITIONS), item: heat.highest(ITEMS) },
        });
    },
    result(scenario: Scenario): Result {
      const { outage } = scenario;
      const finished = finishedBy(sellers);
      return {
        ...{ scenario, samples, peaks },
        heats: heat.list(),
        totals: { ...totals, finished },
        fullestMinute: minutes.result(),
        recoveredAfter: !outage || troubledUntil >= scenario.seconds - 1 ? null : troubledUntil - outage.until,
        lost: totals.sold - finished - sum(sellers.map((seller) => seller.onTheWay())),
      };
    },
  };
}

const finishedBy = (sellers: readonly Seller[]): number => sum(sellers.map((seller) => seller.finished()));

/** Requests of each connection in any sixty consecutive seconds. */
function createMinutes() {
  const windows = new Map<Side, { seconds: Float64Array; at: number; total: number; fullest: number }>();
  return {
    add(side: Side, requests: number) {
      const window = windows.get(side) ?? { seconds: new Float64Array(60), at: 0, total: 0, fullest: 0 };
      const { seconds, at } = window;
      window.total += requests - (seconds[at] ?? 0);
      seconds[at] = requests;
      window.at = (at + 1) % seconds.length;
      window.fullest = Math.max(window.fullest, window.total);
      windows.set(side, window);
    },
    result: (): Result['fullestMinute'] =>
      Object.fromEntries(
        [...windows].map(([{ name, count, requestsPerMinute }, { fullest }]) => [
          name,
          { requests: fullest / count, limit: requestsPerMinute },
        ]),
      ),
  };
}
