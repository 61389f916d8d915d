import { setTimeout as sleep } from 'node:timers/promises';
import { chance } from '#sandbox/aws/faults/chance';
import { createOperator, type Operator } from './operator.ts';
import { watchPace } from './pace.ts';
import { type Report, reconcile } from './reconcile.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

export interface ProveOptions {
  orders: number;
  seed: number;
  /** How often the hub is killed; by default once in a hundred orders. */
  kills?: number;
  /** What is going on, twice a second. */
  onProgress?(progress: Progress): void;
}

export interface Progress {
  phase: 'selling' | 'settling' | 'counting';
  sold: number;
  told: number;
  kills: number;
  replayed: number;
  seconds: number;
}

/** So many orders may wait to be told of: most of them for the retry of a fault. */
const MAX_UNTOLD = 400;
const MAX_KILLS = 80;
const LOOK_EVERY_MS = 2000;

/** Sells the orders, lets the faults happen, waits until the hub has come to rest and counts. */
export async function prove({ orders, seed, kills = killsFor(orders), onProgress }: ProveOptions): Promise<Report> {
  const world = await startWorld({ orders, seed, kills });
  const operator = createOperator(world);
  const pace = watchPace(world);
  const began = Date.now();
  let sold = 0;
  let phase: Progress['phase'] = 'selling';
  const progress = (): Progress => ({
    phase,
    sold,
    told: world.told.size,
    kills: world.outages.length,
    replayed: operator.replayed.length,
    seconds: (Date.now() - began) / 1000,
  });
  const ticking = setInterval(() => onProgress?.(progress()), 500);
  let looking: Promise<void> | undefined;
  const operating = setInterval(() => {
    // A hub that is down answers nobody: the operator comes back.
    looking ??= operator
      .look()
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_EVERY_MS);
  try {
    const until = began + 60_000 + orders * 500;
    while (sold < orders && Date.now() < until) {
      if (!pace.hasRoom() || sold - world.told.size >= MAX_UNTOLD) {
        await sleep(10);
        continue;
      }
      pace.sold(String(sold));
      sell(world, sold, seed);
      sold += 1;
      if (sold % 5 === 0) await sleep(5);
    }
    phase = 'settling';
    // The last orders meet faults like the first.
    await untilTold(world, sold, orders > 100 ? 15_000 : 6000);
    world.calm();
    const sellingSeconds = (Date.now() - began) / 1000;
    await untilTold(world, sold, 60_000 + orders * 5);
    await untilQuiet(operator, 60_000);
    clearInterval(operating);
    await looking;
    phase = 'counting';
    onProgress?.(progress());
    return await reconcile(world, { orders: sold, asked: orders, seed, sellingSeconds, operator, stalls: pace.stalls });
  } finally {
    pace.stop();
    clearInterval(ticking);
    clearInterval(operating);
    await world.stop();
  }
}

const killsFor = (orders: number): number => Math.min(MAX_KILLS, Math.max(2, Math.round(orders / 100)));

function sell({ scopio, names }: World, index: number, seed: number): void {
  // Named before it is placed: its webhook may be read at once.
  const id = `ord_${seed}_${index}`;
  const number = `P-${seed}-${index}`;
  names.sold({ id, number }, index);
  scopio.place({ id, number, ucp: chance(seed, 'ucp', index) < 0.1 });
}

async function untilTold(world: World, sold: number, patienceMs: number): Promise<void> {
  const until = Date.now() + patienceMs;
  while (world.told.size < sold && Date.now() < until) await sleep(100);
}

/** Until nothing moves any more, two looks in a row. */
async function untilQuiet(operator: Operator, patienceMs: number): Promise<void> {
  const until = Date.now() + patienceMs;
  for (let quiet = 0; quiet < 2 && Date.now() < until; ) {
    await sleep(700);
    quiet = (await operator.seesRest().catch(() => false)) ? quiet + 1 : 0;
  }
}
