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
 * one that began after the event arrived.
 */
export async function coverFetch(
  fetch: Pick<NewDelivery, 'id' | 'connection' | 'action'> & { subject: Subjects['fetch'] },
  receivedAt: string,
  table = db,
): Promise<{ covered: string | null; writes: Write[] }> {
  const { connection, action, subject } = fetch;
  const Key = items.fetchCover.key({ connection, action, resource: subject.resource });
  const known = await getItem<Cover>(Key, table);
  const last = known && (await getDelivery(known.delivery, table));
  if (last?.state === 'pending' || last?.state === 'blocked')
    return { covered: last.id, writes: [last.subject.unless ? askAlsoFor(last, subject) : checkDelivery(last)] };
  if (last && receivedAt <= beganAt(last)) return { covered: last.id, writes: [] };
  const members = { delivery: fetch.id, expiresAt: expiryOf(items.fetchCover, receivedAt) };
  const latest = known ? equals('delivery', known.delivery) : isAbsent('delivery');
  return { covered: null, writes: [{ Update: { Key, ...setting(members, latest) } }] };
}

/** The waiting fetch, to be read for what both ask for: a webhook asks whatever is known. */
function askAlsoFor(last: Delivery, { unless }: Subjects['fetch']): Write {
  const { unless: first, ...subject } = last.subject;
  const dates = [first?.version, unless?.version].map((version) => version ?? '').sort();
  const both = unless && { unless: { ...unless, version: dates.at(-1) || null } };
  return replaceDelivery(last, { ...last, subject: { ...subject, ...both } });
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
