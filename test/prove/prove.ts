import { setTimeout as sleep } from 'node:timers/promises';
import { createOperator } from './operator.ts';
import { watchPace } from './pace.ts';
import { type Report, reconcile } from './reconcile.ts';
import { pollIntervalSeconds, SUPPLY } from './settings.ts';
import { startWorld, type World } from './world.ts';

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
  /** Told of a parcel, or cancelled. */
  done: number;
  kills: number;
  replayed: number;
  /** What the last look found open, once all is sold: messages on their way in, deliveries that are not done. */
  open?: { inbound: number; deliveries: number };
  seconds: number;
}

/** So many orders may be under way: as many as were done within two polls, as more would only wait for the machine. */
const FEWEST_UNDER_WAY = 250;
const MOST_UNDER_WAY = 600;
const ofLateMs = (orders: number): number => Math.max(30_000, 2000 * pollIntervalSeconds(orders));
const MAX_KILLS = 80;
/** The faults go on until all is done, or only what needs them to end is left. */
const DISTURBED_MS = 20_000;
/** What does not move for so long has stopped. Some orders come by polls alone, once a minute, and a fault cuts every third. */
const STANDSTILL_MS = 300_000;
const LOOK_EVERY_MS = 2000;

/** Sells the orders, lets the faults happen, waits until the hub has come to rest and counts. */
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
    // A hub that is down answers nobody: the operator comes back.
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

/** Shoppo's SKUs have ids, which the first poll of its catalog finds. */
async function untilKnown(world: World): Promise<void> {
  const until = Date.now() + STANDSTILL_MS;
  const known = () => world.hub().get<{ products: unknown[] }>(`/products?connection=${SUPPLY}`);
  while (Date.now() < until && (await known()).products.length === 0) await sleep(200);
}

/** Until every order is done, or none was for so long. */
async function untilDone(world: World, patienceMs: number): Promise<void> {
  const moving = createMovement(() => world.countDone());
  while (world.countDone() < world.sold.length && moving(patienceMs)) await sleep(100);
}

/** Until nothing is open any more, two looks in a row, or no delivery came of the last looks: polls go on asking. */
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

/** By how much a count grew within so many milliseconds, within the bounds of what may be under way. */
function createRecency(count: () => number, ofLateMs: number): () => number {
  const seen: Array<{ count: number; at: number }> = [];
  return () => {
    const now = { count: count(), at: Date.now() };
    if (now.at - (seen.at(-1)?.at ?? 0) > ofLateMs / 30) seen.push(now);
    while (seen.length > 1 && now.at - (seen[0]?.at ?? 0) > ofLateMs) seen.shift();
    return Math.min(MOST_UNDER_WAY, Math.max(FEWEST_UNDER_WAY, now.count - (seen[0]?.count ?? 0)));
  };
}

/** Whether a count has changed within so many milliseconds: how fast the machine is must not end a proof. */
function createMovement(count: () => number): (patienceMs: number) => boolean {
  let last = { count: count(), at: Date.now() };
  return (patienceMs) => {
    const now = count();
    if (now !== last.count) last = { count: now, at: Date.now() };
    return Date.now() - last.at < patienceMs;
  };
}
