import { allOf, anyOf, equals, isAbsent, isAtMost, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { isFree, type Lease, takeLease, writeLeased } from '#lib/platform/table/lease';
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
  /** What an operator asked to be read again; null once a poll has come to its end. */
  backfill?: Backfill | null;
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

/** Writes what changed while the lease is still this poller's; false if it was lost. */
export const saveCursor = (
  connection: string,
  { owner }: Lease,
  change: Partial<Cursor>,
  table = db,
): Promise<boolean> => writeLeased({ key: items.cursor.key({ connection }), member: 'lease', owner }, change, table);

/** The watermark from which everything since an instant is read again. */
type Rewind = (watermark: string, since: string) => string;

/**
 * Makes a connection due at once and, for a backfill, sets a walk aside that reads from there; the poller does the rest
 * at its own pace. False while a poller has the cursor, or if one has just moved it: ask again. Without a watermark the
 * next poll reads everything anyway.
 */
export async function askForPoll(
  connection: string,
  now: Date,
  asked?: Backfill & { rewind: Rewind },
  table = db,
): Promise<boolean> {
  const cursor = asked && (await getCursor(connection, table));
  const changes = { lease: null, nextPollAt: now.toISOString(), urgentAt: null, ...(asked && rewound(cursor, asked)) };
  const free = isFree('lease', now);
  const isSame = (path: string, value: unknown) => (value === undefined ? isAbsent(path) : equals(path, value));
  const isUnmoved = allOf(isSame('watermark', cursor?.watermark), isSame('aside.watermark', cursor?.aside?.watermark));
  const when = asked ? allOf(free, isUnmoved) : free;
  return isWritten(table.update({ Key: items.cursor.key({ connection }), ...setting(changes, when) }));
}

function rewound(cursor: Cursor | undefined, { rewind, ...backfill }: Backfill & { rewind: Rewind }) {
  const { watermark = null, aside: under } = cursor ?? {};
  const from = under ? under.watermark : watermark;
  // A page to continue with would skip what lies before it. What is set aside may be from the very first poll.
  const aside = watermark === null ? null : { watermark: from && rewind(from, backfill.since), resume: null };
  return { backfill, resume: null, aside };
}
