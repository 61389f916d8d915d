import { setTimeout as sleep } from 'node:timers/promises';
import { createOperator } from './operator.ts';
import { watchPace } from './pace.ts';
import { type Report, reconcile } from './reconcile.ts';
import { pollIntervalSeconds, SUPPLY } from './settings.ts';
import { startWorld, type World } from './world.ts';

export interface ProveOptions {
  orders: number;
  seed: number;
  /** How often the hub is killed; by default once for each hundred orders. */
  kills?: number;
  /** Called twice a second with the progress. */
  onProgress?(progress: Progress): void;
}

export interface Progress {
  phase: 'selling' | 'settling' | 'counting';
  sold: number;
  /** Their parcel was told, or they were cancelled. */
  done: number;
  kills: number;
  replayed: number;
  /** What was open at the last look, once all is sold: inbound messages, deliveries that are not done. */
  open?: { inbound: number; deliveries: number };
  seconds: number;
}

/** How many orders may be under way: as many as were done within two polls, as more would only wait for the machine. */
const FEWEST_UNDER_WAY = 250;
const MOST_UNDER_WAY = 600;
const ofLateMs = (orders: number): number => Math.max(30_000, 2000 * pollIntervalSeconds(orders));
const MAX_KILLS = 80;
/** Faults go on until all is done, or until what is left needs them to stop. */
const DISTURBED_MS = 20_000;
/**
 * No progress for this long is a standstill. Some orders come by polls only, once a minute, and a fault breaks every
 * third.
 */
const STANDSTILL_MS = 300_000;
const LOOK_EVERY_MS = 2000;

/** Sells the orders with faults, waits until the hub has come to rest, and counts. */
export async function prove({ orders, seed, kills = killsFor(orders), onProgress }: ProveOptions): Promise<Report> {
  const world = await startWorld({ orders, seed, kills });
  const operator = createOperator(world);
  const pace = watchPace(world);
  const began = Date.now();
  let sold = 0;
  let phase: Progress['phase'] = 'selling';
  let open: Progress['open'];
  const progress = (): Progress => ({
    phase,
    sold,
    done: world.countDone(),
    kills: world.outages.length,
    replayed: operator.replayed.length,
    ...(open && { open }),
    seconds: (Date.now() - began) / 1000,
  });
  const ticking = setInterval(() => onProgress?.(progress()), 500);
  let looking: Promise<void> | undefined;
  const operating = setInterval(() => {
    // A hub that is down does not answer: the operator looks again later.
    looking ??= operator
      .look()
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_EVERY_MS);
  try {
    await untilKnown(world);
    world.disturb(true);
    const moving = createMovement(() => world.countDone());
    const doneOfLate = createRecency(() => world.countDone(), ofLateMs(orders));
    while (sold < orders && moving(STANDSTILL_MS)) {
      if (!pace.hasRoom() || sold - world.countDone() >= doneOfLate()) {
        await sleep(10);
        continue;
      }
      pace.sold(world.sell(sold));
      sold += 1;
      if (sold % 5 === 0) await sleep(5);
    }
    phase = 'settling';
    // The last orders meet faults like the first.
    await untilDone(world, DISTURBED_MS);
    world.disturb(false);
    const sellingSeconds = (Date.now() - began) / 1000;
    await untilDone(world, STANDSTILL_MS);
    await untilQuiet(async () => {
      open = { inbound: await world.countInbound(), deliveries: await operator.countOpen() };
      return open;
    });
    clearInterval(operating);
    await looking;
    phase = 'counting';
    onProgress?.(progress());
    return await reconcile(world, { asked: orders, seed, sellingSeconds, operator, stalls: pace.stalls });
  } finally {
    await pace.stop();
    clearInterval(ticking);
    clearInterval(operating);
    await world.stop();
  }
}

const killsFor = (orders: number): number => Math.min(MAX_KILLS, Math.max(2, Math.round(orders / 100)));

/** Waits for the ids of Shoppo's SKUs, which the first poll of its catalog finds. */
async function untilKnown(world: World): Promise<void> {
  const until = Date.now() + STANDSTILL_MS;
  const known = () => world.hub().get<{ products: unknown[] }>(`/products?connection=${SUPPLY}`);
  while (Date.now() < until && (await known()).products.length === 0) await sleep(200);
}

/** Waits until every order is done, or none was for this long. */
async function untilDone(world: World, patienceMs: number): Promise<void> {
  const moving = createMovement(() => world.countDone());
  while (world.countDone() < world.sold.length && moving(patienceMs)) await sleep(100);
}

/** Waits until nothing is open in two looks in a row, or only polls went on in the last looks. */
async function untilQuiet(look: () => Promise<NonNullable<Progress['open']>>): Promise<void> {
  let open = { inbound: 0, deliveries: Number.POSITIVE_INFINITY };
  const moving = createMovement(() => open.deliveries);
  for (let quiet = 0; quiet < 2 && moving(STANDSTILL_MS); ) {
    await sleep(700);
    // A hub that is down has not become quiet.
    open = await look().catch(() => open);
    quiet = open.inbound + open.deliveries === 0 ? quiet + 1 : 0;
  }
}

/** How much a count has grown within this time, within the bounds for what may be under way. */
function createRecency(count: () => number, ofLateMs: number): () => number {
  const seen: Array<{ count: number; at: number }> = [];
  return () => {
    const now = { count: count(), at: Date.now() };
    if (now.at - (seen.at(-1)?.at ?? 0) > ofLateMs / 30) seen.push(now);
    while (seen.length > 1 && now.at - (seen[0]?.at ?? 0) > ofLateMs) seen.shift();
    return Math.min(MOST_UNDER_WAY, Math.max(FEWEST_UNDER_WAY, now.count - (seen[0]?.count ?? 0)));
  };
}

/** Whether a count has changed within this time: a slow machine alone must not end a proof. */
function createMovement(count: () => number): (patienceMs: number) => boolean {
  let last = { count: count(), at: Date.now() };
  return (patienceMs) => {
    const now = count();
    if (now !== last.count) last = { count: now, at: Date.now() };
    return Date.now() - last.at < patienceMs;
  };
}
