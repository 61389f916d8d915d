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

/** Counts that are not written yet, by connection and day: a whole batch is one write. */
const counted = new Map<string, { connection: string; day: string; counts: Counts }>();

function add(connection: string, at: string, more: Counts): void {
  const day = at.slice(0, 10);
  const counts: Counts = counted.get(`${connection} ${day}`)?.counts ?? {};
  const sum = Object.entries(more).map(([name, count]) => [name, (counts[name as keyof Counts] ?? 0) + count]);
  counted.set(`${connection} ${day}`, { connection, day, counts: { ...counts, ...Object.fromEntries(sum) } });
  atEndOfInvocation(writeMisses);
}

/** Writes the counts since the last write. What cannot be written is lost, and logged. */
async function writeMisses(): Promise<void> {
  const all = [...counted.values()];
  counted.clear();
  try {
    await Promise.all(all.map(write));
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
