import type { Poller } from '#lib/marketplaces/contract';
import { anyOf, type Condition, equals, isAbsent, isAtMost, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { type Lease, takeLease, writeLeased } from '#lib/platform/table/lease';
import { bare, db, getItem, type Item, isWritten } from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import type { Backfill, PollFacts } from './poll-schema.ts';

/** From where something is read, and the page to continue with. */
export interface Walk {
  watermark: string | null;
  resume: string | null;
}

/** How far a connection's poll has come. Instants are ISO 8601 in UTC. */
export interface Cursor extends z.infer<typeof PollFacts>, Walk {
  /** When the last poll began that read everything that cannot wait; before there is one, when the first poll began. */
  caughtUpAt: string | null;
  lease: Lease | null;
  /** What can wait, and is read in between: a long list, or a backfill. */
  aside?: Walk | null;
  /** When what cannot wait is read again before what can. */
  urgentAt?: string | null;
  /** When somebody last asked for a poll. */
  askedAt?: string;
  /** What an operator asked to be read again; null once a poll has come to its end. */
  backfill?: Backfill | null;
  /** A backfill that was asked for: the next poller takes it up. */
  asked?: Backfill;
  /** The `askedAt` of the last backfill that was taken up. */
  takenUp?: string;
}

/** The cursor of a connection that was never polled. */
export const NEVER_POLLED = {
  watermark: null,
  resume: null,
  nextPollAt: null,
  lastPolledAt: null,
  lastError: null,
  remark: null,
  webhooks: null,
  caughtUpAt: null,
  aside: null,
  urgentAt: null,
};

/** Longer than a poller may run (300 s): two pollers of one connection never overlap. */
const LEASE_SECONDS = 330;

export const getCursor = (connection: string, table = db): Promise<Cursor | undefined> =>
  getItem<Cursor>(items.cursor.key({ connection }), table);

/** The cursor, leased to this poller; undefined while another has it or the connection is not due. */
export async function leaseCursor(
  connection: string,
  now: Date,
  table = db,
): Promise<(Cursor & { lease: Lease }) | undefined> {
  const leased = await takeLease(
    {
      ...{ key: items.cursor.key({ connection }), member: 'lease', seconds: LEASE_SECONDS, now },
      when: anyOf(isAbsent('nextPollAt'), isAtMost('nextPollAt', now.toISOString())),
      first: { caughtUpAt: now.toISOString() },
    },
    table,
  );
  return leased && { ...NEVER_POLLED, ...bare(leased.item as Item<Partial<Cursor>>), lease: leased.lease };
}

/**
 * Writes what changed, if this poller still has the lease; false if it lost it. With `lastPolledAt` it releases the
 * lease; if somebody has asked for a poll since that began, the next one is due at once and reads what cannot wait.
 */
export async function saveCursor(
  connection: string,
  { owner }: Lease,
  change: Partial<Cursor>,
  table = db,
): Promise<boolean> {
  const write = (members: Partial<Cursor>, when?: Condition) =>
    writeLeased({ key: items.cursor.key({ connection }), member: 'lease', owner, when }, { ...members }, table);
  const { lastPolledAt } = change;
  if (!lastPolledAt) return write(change);
  const isUnasked = anyOf(isAbsent('askedAt'), isAtMost('askedAt', lastPolledAt));
  return (await write(change, isUnasked)) || write({ ...change, nextPollAt: lastPolledAt, urgentAt: null });
}

/**
 * Makes a connection due at once, or as soon as its poller releases it. The next poller takes up a backfill, and reads it
 * at its own pace beside what cannot wait; of two that none has taken up, the one that begins earlier.
 */
export async function askForPoll(connection: string, now: Date, backfill?: Backfill, table = db): Promise<void> {
  const at = now.toISOString();
  const Key = items.cursor.key({ connection });
  const write = (more: Partial<Cursor>, when?: Condition) =>
    isWritten(table.update({ Key, ...setting({ askedAt: at, nextPollAt: at, urgentAt: null, ...more }, when) }));
  if (!backfill) return void (await write({}));
  const cursor = await getCursor(connection, table);
  const known = cursor?.asked?.askedAt;
  const [since = backfill.since] = [backfill.since, findAsked(cursor)?.since ?? backfill.since].sort();
  const isUnchanged = known === undefined ? isAbsent('asked') : equals('asked.askedAt', known);
  if (!(await write({ asked: { ...backfill, since } }, isUnchanged)))
    await askForPoll(connection, now, backfill, table);
}

/** The backfill that no poller has taken up yet. */
export const findAsked = ({ asked, takenUp }: Partial<Cursor> = {}): Backfill | undefined =>
  asked?.askedAt === takenUp ? undefined : asked;

/** The cursor's members that take such a backfill up: a walk from there, set aside. Undefined without one. */
export function takeUp(cursor: Cursor, rewind: Poller['rewind']): Partial<Cursor> | undefined {
  const backfill = findAsked(cursor);
  if (!backfill || !rewind) return undefined;
  const { watermark, aside: under } = cursor;
  const from = under ? under.watermark : watermark;
  // A page to continue with would skip what lies before it. What is set aside may be from the very first poll, and
  // without a watermark the poll reads everything anyway.
  const aside = watermark === null ? null : { watermark: from && rewind(from, backfill.since), resume: null };
  return { backfill, resume: null, aside, urgentAt: null, takenUp: backfill.askedAt };
}
