import { equals, isAbsent, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { db, expiryOf, getItem, type Write } from '#lib/platform/table/table';
import type { Delivery, NewDelivery, Subjects } from './delivery.ts';
import { checkDelivery, getDelivery, replaceDelivery } from './ledger.ts';

/** The latest fetch that was asked for of one resource, so that many events about it are one fetch. */
interface Cover {
  delivery: string;
}

/**
 * Whether an event that asks for a fetch needs it, with what the event's transaction must write. `covered` names the
 * fetch that tells all the event could: one that has yet to begin, which must still be so when the event is recorded, or
 * one that began after the event arrived. `behind` belongs in the new fetch's subject where another is leased: that one may
 * be turned away and begin anew, and then reads for both.
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
    return {
      covered: last.id,
      writes: [unless || behind ? askAlsoFor(last, subject, receivedAt) : checkDelivery(last)],
    };
  }
  if (last && receivedAt <= beganAt(last)) return { covered: last.id, writes: [] };
  const members = { delivery: fetch.id, expiresAt: expiryOf(items.fetchCover, receivedAt) };
  const latest = known ? equals('delivery', known.delivery) : isAbsent('delivery');
  const writes = [{ Update: { Key, ...setting(members, latest) } }];
  return {
    covered: null,
    writes,
    ...(last?.state === 'leased' && { behind: { delivery: last.id, askedAt: receivedAt } }),
  };
}

/**
 * Whether another fetch of the same thing tells all that this one could: `read` where it does, `in_hand` where only its end
 * will show that. Both are open when this one was asked for while the other's worker waited for the rate limit.
 */
export async function findReading(
  { id, connection, action, subject: { resource = '', behind }, turnedAway }: Delivery,
  table = db,
): Promise<'read' | 'in_hand' | null> {
  const first = behind && (await findReader(behind.delivery, table));
  if (first) {
    if (behind.askedAt <= beganAt(first) || (isToBegin(first) && !first.subject.unless)) return 'read';
    if (behind.askedAt <= (first.lease?.startedAt ?? '')) return 'in_hand';
  }
  if (!turnedAway) return null;
  const cover = await getItem<Cover>(items.fetchCover.key({ connection, action, resource }), table);
  const later = cover && cover.delivery !== id ? await getDelivery(cover.delivery, table) : undefined;
  return later?.state === 'succeeded' && beganAt(later) !== '' ? 'read' : null;
}

/** The fetch, or the one that read for it. */
async function findReader(id: string, table: typeof db): Promise<Delivery | undefined> {
  const fetch = await getDelivery(id, table);
  const isDropped = fetch?.state === 'succeeded' && beganAt(fetch) === '';
  return isDropped && fetch.subject.behind ? findReader(fetch.subject.behind.delivery, table) : fetch;
}

const isToBegin = ({ state }: Delivery): boolean => state === 'pending' || state === 'blocked';

/** The waiting fetch, to be read for what both ask for: a webhook asks whatever is known. */
function askAlsoFor(last: Delivery, { unless }: Subjects['fetch'], askedAt: string): Write {
  const { unless: first, behind, ...subject } = last.subject;
  const dates = [first?.version, unless?.version].map((version) => version ?? '').sort();
  const both = first && unless && { unless: { ...unless, version: dates.at(-1) || null } };
  return replaceDelivery(last, {
    ...last,
    subject: { ...subject, ...both, ...(behind && { behind: { ...behind, askedAt } }) },
  });
}

/**
 * When its reading began, which is read again until it succeeds; a dead fetch waits for a person, not for events. One that
 * reads only what is not known may have read nothing.
 */
function beganAt({ state, subject, lease, attempts = [] }: Delivery): string {
  const last = attempts.at(-1);
  if (state === 'leased') return (!subject.unless && lease?.startedAt) || '';
  return state === 'succeeded' && last?.httpStatus !== undefined ? last.startedAt : '';
}
