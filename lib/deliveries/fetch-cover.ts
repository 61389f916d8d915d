import { equals, isAbsent, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { db, expiryOf, getItem, type Write } from '#lib/platform/table/table';
import type { Delivery, NewDelivery, Subjects } from './delivery.ts';
import { checkDelivery, getDelivery, replaceDelivery } from './ledger.ts';
import { reopen } from './reopen.ts';

/** The latest fetch that was asked for of a resource, so that many events about it share one fetch. */
interface Cover {
  delivery: string;
}

/**
 * Whether an event that asks for a fetch needs one, and what the event's transaction must write. `covered` names the
 * fetch that tells all the event could: one that has yet to begin (which must still be so when the event is recorded; a
 * blocked one is tried again), or one that began after the event arrived. `behind` goes into the new fetch's subject
 * where another one is open: that one may not have begun, or may be put off and begin anew, and then reads for both.
 */
export async function coverFetch(
  fetch: Pick<NewDelivery, 'id' | 'connection' | 'action'> & { subject: Subjects['fetch'] },
  receivedAt: string,
  table = db,
): Promise<{ covered: string | null; writes: Write[]; behind?: Subjects['fetch']['behind'] }> {
  const { connection, action, subject } = fetch;
  const Key = items.fetchCover.key({ connection, action, resource: subject.resource });
  const known = await getItem<Cover>(Key, table);
  const last = known && (await findReader(known.delivery, table));
  if (last && isToBegin(last)) {
    const { unless, behind } = last.subject;
    const asked = unless || behind ? alsoFor(last.subject, subject, receivedAt) : last.subject;
    const now = new Date().toISOString();
    // The remote may have refused for a moment only, and an event that names it again may come of a poll that it let in.
    const next = last.state === 'blocked' ? reopen(last, now, now) : last;
    const isSame = next === last && asked === last.subject;
    return {
      covered: last.id,
      writes: [isSame ? checkDelivery(last) : replaceDelivery(last, { ...next, subject: asked })],
    };
  }
  if (last && receivedAt <= beganAt(last)) return { covered: last.id, writes: [] };
  const open = last && (await findOpen(last, table));
  const members = { delivery: fetch.id, expiresAt: expiryOf(items.fetchCover, receivedAt) };
  const latest = known ? equals('delivery', known.delivery) : isAbsent('delivery');
  const writes = [{ Update: { Key, ...setting(members, latest) } }];
  return { covered: null, writes, ...(open && { behind: { delivery: open.id, askedAt: receivedAt } }) };
}

/**
 * Whether another fetch of the same resource tells all that this one could: `read` if it does, `in_hand` if only its
 * end will show. All of them are open when one was asked for while another's worker waited for the rate limit; of two
 * that are leased, the one leased first reads.
 */
export async function findReading(
  { id, connection, action, subject: { resource = '', behind }, lease }: Delivery,
  table = db,
): Promise<'read' | 'in_hand' | null> {
  const orderOf = (fetch: Pick<Delivery, 'id' | 'lease'>): string => `${fetch.lease?.startedAt} ${fetch.id}`;
  const isBefore = (fetch: Delivery): boolean => fetch.state === 'leased' && orderOf(fetch) < orderOf({ id, lease });
  const first = behind && (await findReader(behind.delivery, table));
  if (first) {
    if (behind.askedAt <= beganAt(first) || (isToBegin(first) && !first.subject.unless)) return 'read';
    if (isBefore(first) && behind.askedAt <= (first.lease?.startedAt ?? '')) return 'in_hand';
  }
  const cover = await getItem<Cover>(items.fetchCover.key({ connection, action, resource }), table);
  const later = cover ? await findLater(id, cover.delivery, table) : [];
  if (later.some((fetch) => fetch.state === 'succeeded' && beganAt(fetch) !== '')) return 'read';
  return later.some(isBefore) ? 'in_hand' : null;
}

/** The latest fetch while it is leased; once it has read, the fetch that it overtook, while that one is open. */
async function findOpen(last: Delivery, table: typeof db): Promise<Delivery | undefined> {
  if (last.state === 'leased') return last;
  if (last.state !== 'succeeded' || !last.subject.behind) return undefined;
  const slower = await getDelivery(last.subject.behind.delivery, table);
  return slower && (slower.state === 'leased' || isToBegin(slower)) ? slower : undefined;
}

/** The fetches from `latest` back to this one, each asked for while the one before it was leased. */
async function findLater(id: string, latest: string, table: typeof db): Promise<Delivery[]> {
  const later: Delivery[] = [];
  for (let next = latest; next !== id; ) {
    const fetch = await getDelivery(next, table);
    if (!fetch?.subject.behind) return [];
    later.push(fetch);
    next = fetch.subject.behind.delivery;
  }
  return later;
}

/** The fetch itself, or the one that read on its behalf. */
async function findReader(id: string, table: typeof db): Promise<Delivery | undefined> {
  const fetch = await getDelivery(id, table);
  const isDropped = fetch?.state === 'succeeded' && beganAt(fetch) === '';
  return isDropped && fetch.subject.behind ? findReader(fetch.subject.behind.delivery, table) : fetch;
}

const isToBegin = ({ state }: Delivery): boolean => state === 'pending' || state === 'blocked';

/** Lets the waiting fetch read for both: a webhook wants it read even if the listed version is known. */
function alsoFor(waiting: Delivery['subject'], { unless }: Subjects['fetch'], askedAt: string): Delivery['subject'] {
  const { unless: first, behind, ...subject } = waiting;
  const dates = [first?.version, unless?.version].map((version) => version ?? '').sort();
  const both = first && unless && { unless: { ...unless, version: dates.at(-1) || null } };
  return { ...subject, ...both, ...(behind && { behind: { ...behind, askedAt } }) };
}

/**
 * When its reading began; until it succeeds it will be read again. A dead fetch waits for a person, not for events. A
 * fetch that only reads what is not known may have read nothing.
 */
function beganAt({ state, subject, lease, attempts = [] }: Delivery): string {
  const last = attempts.at(-1);
  if (state === 'leased') return (!subject.unless && lease?.startedAt) || '';
  return state === 'succeeded' && last?.httpStatus !== undefined ? last.startedAt : '';
}
