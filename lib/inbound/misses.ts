import type { Connection } from '#lib/connections/connection';
import { atEndOfInvocation } from '#lib/platform/lambda/invocation';
import * as items from '#lib/platform/table/items';
import { db, expiryOf, queryPartition } from '#lib/platform/table/table';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { Misses } from './event-schema.ts';

/** Counts a new order; `missed` is null where the marketplace sends no webhooks. A crash may lose a count, no order. */
export function countFirst({ id, marketplace }: Connection, missed: boolean | null, at: string): void {
  emitMetric('OrdersReceived', { Marketplace: marketplace });
  if (missed) emitMetric('OrdersMissedByWebhook', { Marketplace: marketplace });
  if (missed !== null) add(id, at, missed ? { firstByPoll: 1 } : { firstByWebhook: 1 });
}

/** Counts a webhook that came after a poll had found its order. */
export const countLate = (connection: Connection, foundAt: string, receivedAt: string): void =>
  add(connection.id, foundAt, {
    lateWebhooks: 1,
    latenessSeconds: Math.max(0, Math.round((Date.parse(receivedAt) - Date.parse(foundAt)) / 1000)),
  });

type Counts = Partial<Omit<Misses, 'day'>>;

/** Orders that webhooks told of first, which is the usual, are counted in memory for this long; others are written at once. */
const WRITE_EVERY_MS = 1800_000;
/** The most of them that are, as an instance that ends loses them: that must not look like webhooks that did not come. */
const MAX_KEPT = 10;

interface Counted {
  connection: string;
  day: string;
  counts: Counts;
  /** When `counts` are to be written, in milliseconds since 1970. */
  dueAt: number;
}

/** Counts that are not written yet, by connection and day. */
const counted = new Map<string, Counted>();

function add(connection: string, at: string, more: Counts): void {
  const day = at.slice(0, 10);
  const key = `${connection} ${day}`;
  const known: Counted = counted.get(key) ?? { connection, day, counts: {}, dueAt: 0 };
  const sum = Object.entries(more).map(([name, count]) => [name, (known.counts[name as keyof Counts] ?? 0) + count]);
  const counts: Counts = { ...known.counts, ...Object.fromEntries(sum) };
  const mayWait = 'firstByWebhook' in more && (counts.firstByWebhook ?? 0) < MAX_KEPT;
  counted.set(key, { ...known, counts, dueAt: mayWait ? known.dueAt : 0 });
  atEndOfInvocation(writeMisses);
}

/** Writes the counts that are due. What cannot be written is lost, and logged. */
async function writeMisses(): Promise<void> {
  const now = Date.now();
  const due = [...counted].filter(([, { dueAt }]) => dueAt <= now);
  for (const [key, each] of due) {
    if (Object.keys(each.counts).length === 0) counted.delete(key);
    else counted.set(key, { ...each, counts: {}, dueAt: now + WRITE_EVERY_MS });
  }
  try {
    await Promise.all(due.filter(([, { counts }]) => Object.keys(counts).length > 0).map(([, each]) => write(each)));
  } catch (error) {
    log.warn('counts of missed orders were lost', errorFields(error));
  }
}

async function write({ connection, day, counts }: { connection: string; day: string; counts: Counts }): Promise<void> {
  const entries = Object.entries(counts);
  await db.update({
    Key: items.misses.key({ connection, day }),
    UpdateExpression: `ADD ${entries.map(([name]) => `${name} :${name}`).join(', ')} SET expiresAt = :expiresAt`,
    ExpressionAttributeValues: {
      ...Object.fromEntries(entries.map(([name, count]) => [`:${name}`, count])),
      ':expiresAt': expiryOf(items.misses, day),
    },
  });
}

/** The days on record, newest first. */
export async function listMisses(connection: string): Promise<Misses[]> {
  const days = await queryPartition<Partial<Misses>>(items.misses.partition({ connection }));
  return days
    .map(({ sk: day, firstByWebhook = 0, firstByPoll = 0, lateWebhooks = 0, latenessSeconds = 0 }) => ({
      day,
      firstByWebhook,
      firstByPoll,
      lateWebhooks,
      latenessSeconds,
    }))
    .reverse();
}
