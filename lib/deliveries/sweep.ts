import { type Accounts, everyAccount, getAccounts } from '#lib/connections/store';
import { deliveryQueue, INDEX_SHARDS } from '#lib/platform/names';
import { countMessages } from '#lib/platform/queue/redrive';
import { sweepIntervalSeconds } from '#lib/platform/settings';
import { sum } from '#lib/platform/sum';
import * as items from '#lib/platform/table/items';
import { idOf, partitionsOf, queryIndex, walkIndex } from '#lib/platform/table/sharded-index';
import { errorFields, log } from '#lib/platform/telemetry/log';
import type { Delivery } from './delivery.ts';
import { getDeliveries, UNRUNG } from './ledger.ts';
import { ring, ringAt } from './ring.ts';

/** In a queue this long are the rings of a backlog: only its oldest deliveries are looked at (docs/scale.md). */
export const FULL_QUEUE = 20_000;
/** The least and the most to look at in one shard of a connection: of the oldest, and again from a random moment on. */
export const LEAST_LOOK = 10;
const MOST_LOOK = 500;
/** A delivery that fell due a moment ago has its own ring on the way. */
const MAX_GRACE_SECONDS = 30;

/** How many deliveries each of the two looks at a shard takes, by the queue's length and the number of connections. */
export const lookFor = (queued: number, connections: number): number =>
  Math.min(MOST_LOOK, Math.max(LEAST_LOOK, Math.floor((FULL_QUEUE - queued) / (2 * INDEX_SHARDS * connections))));

/** Rings again for deliveries that are due and were not served, and for leases that outlived their worker. */
export async function sweep(now = new Date()): Promise<void> {
  const window = windowAt(now);
  const swept = [...byMarketplace(await getAccounts())].map(([marketplace, connections]) =>
    sweepMarketplace(marketplace, connections, window),
  );
  const total = sum(await Promise.all(swept));
  if (total > 0) log.info('swept', { rung: total });
}

/** Returns how many deliveries it rang for again. */
async function sweepMarketplace(marketplace: string, connections: readonly string[], window: Window): Promise<number> {
  let asked: Promise<number> | undefined;
  const queued = () => {
    asked ??= queuedAt(marketplace);
    return asked;
  };
  const most = async () => lookFor(await queued(), connections.length);
  const found = connections.map((connection) => sweepConnection({ connection, marketplace }, most, window));
  const due = (await Promise.all(found)).flat();
  const again = chooseFrom(due, due.length > RUNG_ANYWAY ? await queued() : 0);
  // All in one go, so that urgent deliveries of the last connection come before the others of the first.
  await ring(again, window.now);
  return again.length;
}

/** Rings for what falls due in the next interval and has no ring yet; returns what is due. */
async function sweepConnection(
  at: { connection: string; marketplace: string },
  most: () => Promise<number>,
  window: Window,
): Promise<Delivery[]> {
  const shards = partitionsOf(items.delivery.due, at);
  const seen = await Promise.all(shards.map((shard) => lookInto(shard, most, window)));
  const unrung = seen.flatMap((each) => each.unrung);
  const [due] = await Promise.all([
    getDeliveries(seen.flatMap(({ overdue }) => overdue)),
    ringAt(unrung, at, window.now),
  ]);
  return due.filter((delivery) => isDue(delivery, window.now));
}

/** The least to ring for, in each sweep and in each minute, however long the queue is. */
const RUNG_ANYWAY = 10;
const RUNG_IN_A_MINUTE = 100;

/** How many of the due deliveries to ring for: a queue of `queued` messages already rings for that many. */
export const ringsFor = (due: number, queued: number): number =>
  Math.max(RUNG_ANYWAY, Math.ceil((RUNG_IN_A_MINUTE * sweepIntervalSeconds()) / 60), due - queued);

/** The oldest, among which a delivery that lost its ring soon is, and a few others. */
function chooseFrom(due: readonly Delivery[], queued: number): Delivery[] {
  const oldestFirst = due.toSorted((a, b) => (dueAt(a) < dueAt(b) ? -1 : 1));
  const others = oldestFirst.splice(ringsFor(due.length, queued));
  const from = Math.floor(Math.random() * Math.max(1, others.length - RUNG_ANYWAY));
  return [...oldestFirst, ...others.slice(from, from + RUNG_ANYWAY)];
}

const byMarketplace = (accounts: Accounts): Map<string, string[]> =>
  new Map(
    [...Map.groupBy(everyAccount(accounts), (each) => each.marketplace)].map(([marketplace, own]) => [
      marketplace,
      own.map(({ id }) => id),
    ]),
  );

/** If the length is not known the queue counts as full: the oldest are rung for all the same. */
async function queuedAt(marketplace: string): Promise<number> {
  try {
    return await countMessages(deliveryQueue(marketplace));
  } catch (error) {
    log.warn('the length of a queue is not known', { marketplace, ...errorFields(error) });
    return FULL_QUEUE;
  }
}

interface Window {
  now: Date;
  graceMs: number;
  /** The next interval: deliveries that fall due in it and were too far ahead for a ring have none yet. */
  from: string;
  to: string;
}

/** The intervals of two sweeps meet without a gap; a missed interval is the next sweep's backlog. */
function windowAt(now: Date): Window {
  const graceMs = Math.min(MAX_GRACE_SECONDS, sweepIntervalSeconds() / 2) * 1000;
  const intervalMs = Math.max(1, sweepIntervalSeconds()) * 1000;
  const from = Math.ceil(now.getTime() / intervalMs) * intervalMs;
  return { now, graceMs, from: new Date(from).toISOString(), to: new Date(from + intervalMs).toISOString() };
}

/**
 * Looks at the oldest; where there are many, also at others from a random moment on, so that deliveries which wait for
 * a person or for another delivery never hide the rest for good. Where there are few, one read sees all.
 */
async function lookInto(partition: string, most: () => Promise<number>, { now, graceMs, from, to }: Window) {
  const before = ago(now, graceMs);
  const page = { index: 'byState', partition, newestFirst: false } as const;
  const few = await queryIndex({ ...page, limit: LEAST_LOOK, before: to });
  const limit = few.length < LEAST_LOOK ? LEAST_LOOK : await most();
  const oldest = limit > LEAST_LOOK ? await queryIndex({ ...page, limit, before: to }) : few;
  const overdue = oldest.filter(({ sort }) => sort < before);
  const last = overdue.at(-1);
  const [more, next] = await Promise.all([
    overdue.length === limit && last
      ? queryIndex({ ...page, limit, after: behind(last.sort, now, graceMs), before })
      : [],
    oldest.length < limit
      ? oldest.filter(({ sort }) => sort > from)
      : Array.fromAsync(
          walkIndex({ index: 'byState', partitions: [partition], limit: PAGE, after: from, before: to }),
        ).then((pages) => pages.flat()),
  ]);
  return {
    overdue: [...new Set([...overdue, ...more].map(idOf))],
    unrung: next
      .filter(({ sort }) => sort.startsWith(UNRUNG, INSTANT_LENGTH))
      .map((row) => ({ id: idOf(row), at: instantOf(row.sort) })),
  };
}

/** A random moment before now, on a logarithmic scale: as likely minutes ago as hours or days. */
function behind(sort: string, now: Date, graceMs: number): string {
  const oldestMs = now.getTime() - Date.parse(instantOf(sort));
  const least = Math.max(1000, graceMs);
  const moment = ago(now, least * Math.max(1, oldestMs / least) ** Math.random());
  return moment > sort ? moment : sort;
}

const PAGE = 1_000;

const INSTANT_LENGTH = new Date(0).toISOString().length;
const instantOf = (sort: string): string => sort.slice(0, INSTANT_LENGTH);

const ago = (now: Date, milliseconds: number): string => new Date(now.getTime() - milliseconds).toISOString();

const dueAt = ({ state, lease, nextAttemptAt }: Delivery): string =>
  (state === 'leased' ? lease?.until : nextAttemptAt) ?? '';

const isDue = (delivery: Delivery, now: Date): boolean => Date.parse(dueAt(delivery)) <= now.getTime();
