import * as items from '#lib/platform/table/items';
import { bare, db, eachPage, expiryOf, getItems, type Item, NEW, put, type Write } from '#lib/platform/table/table';
import type { Member } from './replay.ts';

/** How far a member is: not yet released, released and watched, settled. */
type Phase = 'WAITING' | 'OPEN' | 'DONE';

/**
 * Each has a partition of its own: a member takes ten writes from one to the next, and at the fastest pace a hundred do
 * so each second (docs/scale.md).
 */
const KINDS = { WAITING: items.waitingMember, OPEN: items.openMember, DONE: items.settledMember };

/** A member's position in the order of release: `!` puts those with a ship-by before those with only an age. */
const positionOf = ({ createdAt, shipBy, delivery }: Member): string =>
  `${shipBy ? `!${shipBy}#` : ''}${createdAt}#${delivery}`;

const keyOf = (replay: string, phase: Phase, member: Member) =>
  KINDS[phase].key({ replay, position: positionOf(member) });

/** A member that is matched and not on record; it may be released in the same moment. */
export const putMember = (replay: string, phase: 'WAITING' | 'OPEN', member: Member): Write =>
  put({ ...member, ...keyOf(replay, phase, member) }, NEW);

const UNRELEASED = 'attribute_exists(pk) AND attribute_not_exists(releasedAt)';

/** The writes that move a member on, once. What has settled is never taken back, so what it was before is removed. */
export function moveMember(
  replay: string,
  member: Member,
  { from, to }: { from: Phase; to: Phase },
  now: Date,
  ConditionExpression = 'attribute_exists(pk)',
): Write[] {
  const { before: _, ...settled } = member;
  return [
    { Delete: { Key: keyOf(replay, from, member), ConditionExpression } },
    put({
      ...(to === 'DONE' ? { ...settled, expiresAt: expiryOf(items.settledMember, now.toISOString()) } : member),
      ...keyOf(replay, to, member),
    }),
  ];
}

/** An open member's release, once. */
export const putReleased = (replay: string, member: Member): Write =>
  put({ ...member, ...keyOf(replay, 'OPEN', member) }, UNRELEASED);

/** The writes that let an open member that was never released wait again. */
export const putBack = (replay: string, member: Member, now: Date): Write[] =>
  moveMember(replay, member, { from: 'OPEN', to: 'WAITING' }, now, UNRELEASED);

/** The members that are not on record as waiting yet. */
export async function withoutKnown(replay: string, members: readonly Member[], table = db): Promise<Member[]> {
  const keys = members.map((member) => keyOf(replay, 'WAITING', member));
  const known = await getItems<Member>(keys, table);
  const ids = new Set(known.map(({ delivery }) => delivery));
  return members.filter(({ delivery }) => !ids.has(delivery));
}

/** At most `limit` members, after `after`: by ship-by first, then the oldest deliveries. */
export async function listMembers(
  replay: string,
  phase: Phase,
  limit: number,
  table = db,
  after = '',
): Promise<Member[]> {
  const members: Member[] = [];
  const start = after && { ExclusiveStartKey: KINDS[phase].key({ replay, position: after }) };
  for await (const { Items } of eachPage({ ...inPhase(replay, phase), ...start, Limit: limit }, table)) {
    members.push(...(Items as Array<Item<Member>>).map((item) => bare<Member>(item)));
    if (members.length >= limit) break;
  }
  return members.slice(0, limit);
}

/** The sequence in which a replay's members are listed: those under way, those that have settled, those that wait. */
const TOLD = ['OPEN', 'DONE', 'WAITING'] as const satisfies Phase[];

/** A page of a replay's members. One that moves on meanwhile may be listed twice, or not at all. */
export async function pageOfMembers(replay: string, limit: number, cursor = `${TOLD[0]}#`, table = db) {
  const [from, after] = cursor.split(/#(.*)/) as [Phase, string];
  const members: Array<Member & { phase: Phase }> = [];
  for (const phase of TOLD.slice(TOLD.indexOf(from))) {
    const found = await listMembers(replay, phase, limit + 1 - members.length, table, phase === from ? after : '');
    members.push(...found.map((member) => ({ ...member, phase })));
    if (members.length > limit) break;
  }
  const page = members.slice(0, limit);
  const last = members.length > limit ? page.at(-1) : undefined;
  return { members: page, ...(last && { cursor: `${last.phase}#${positionOf(last)}` }) };
}

export async function countMembers(replay: string, phase: Phase, table = db): Promise<number> {
  let count = 0;
  for await (const { Count } of eachPage({ ...inPhase(replay, phase), Select: 'COUNT' }, table)) count += Count;
  return count;
}

const inPhase = (replay: string, phase: Phase) => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :phase)',
  ExpressionAttributeValues: { ':pk': KINDS[phase].key({ replay, position: '' }).pk, ':phase': KINDS[phase].prefix },
  ConsistentRead: true,
});
