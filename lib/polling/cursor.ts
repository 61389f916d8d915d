import { randomUUID } from 'node:crypto';
import { tableName } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, getItem, isConditionFailure } from '#lib/platform/table/table';

/** Where a connection's poll stands. Instants are ISO 8601 in UTC. */
export interface Cursor {
  watermark: string | null;
  /** The page to go on with, when the last poll did not come to its end. */
  resume: string | null;
  nextPollAt: string | null;
  lastPolledAt: string | null;
  lastError: string | null;
  /** When the last poll that came to its end began; when the first poll began, before there is one. */
  caughtUpAt: string | null;
  lease: { owner: string; until: string } | null;
  /** What an operator asked to be read again; null once a poll has come to its end. */
  backfill?: Backfill | null;
}

/** An operator's word to read again what happened since then. */
export interface Backfill {
  since: string;
  askedAt: string;
  by: string;
  reason: string | null;
}

/** Longer than a poller may run (300 s): two pollers of one connection never overlap. */
const LEASE_SECONDS = 330;

export const getCursor = (connection: string): Promise<Cursor | undefined> =>
  getItem<Cursor>(items.cursor.key({ connection }));

/** The cursor, leased to this poller; undefined while another has it or the connection is not due. */
export async function leaseCursor(connection: string, now: Date): Promise<(Cursor & { owner: string }) | undefined> {
  const owner = randomUUID();
  const until = new Date(now.getTime() + LEASE_SECONDS * 1000).toISOString();
  try {
    const leased = await db.update({
      TableName: tableName(),
      Key: items.cursor.key({ connection }),
      UpdateExpression: 'SET lease = :lease, caughtUpAt = if_not_exists(caughtUpAt, :now)',
      // Last: where the answer to this very write was lost, the SDK's repeat of it finds the lease our own.
      ConditionExpression:
        '(attribute_not_exists(lease) OR attribute_type(lease, :null) OR lease.#until <= :now) AND (attribute_not_exists(nextPollAt) OR nextPollAt <= :now) OR lease.#owner = :owner',
      ExpressionAttributeNames: { '#until': 'until', '#owner': 'owner' },
      ExpressionAttributeValues: {
        ':lease': { owner, until },
        ':now': now.toISOString(),
        ':null': 'NULL',
        ':owner': owner,
      },
      ReturnValues: 'ALL_NEW',
    });
    const {
      watermark = null,
      resume = null,
      nextPollAt = null,
      lastPolledAt = null,
      lastError = null,
      caughtUpAt = null,
    } = leased as Partial<Cursor>;
    return { watermark, resume, nextPollAt, lastPolledAt, lastError, caughtUpAt, lease: { owner, until }, owner };
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}

/** Writes what changed, while the lease is still this poller's; false when it was lost. */
export async function saveCursor(connection: string, owner: string, change: Partial<Cursor>): Promise<boolean> {
  const entries = Object.entries(change);
  try {
    await db.update({
      TableName: tableName(),
      Key: items.cursor.key({ connection }),
      UpdateExpression: `SET ${entries.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: '#lease.#owner = :me',
      ExpressionAttributeNames: {
        '#lease': 'lease',
        '#owner': 'owner',
        ...Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':me': owner,
        ...Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
      },
    });
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
