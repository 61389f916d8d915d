import type { Connection } from '#lib/connections/connection';
import type { BodyMember } from '#lib/marketplaces/kit/body-members';
import { atEndOfInvocation } from '#lib/platform/lambda/invocation';
import * as items from '#lib/platform/table/items';
import {
  bare,
  db,
  expiryOf,
  getItem,
  type Item,
  isWritten,
  pack,
  putRevised,
  queryPartition,
} from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { TopicShape } from './shape-schema.ts';

/** Each function writes counts every half an hour, and a member that nobody has seen before at once. */
const WRITE_EVERY_MS = 1800_000;

/** What was seen of one topic and is not written yet, and the paths that the table already has. */
interface Topic extends Sighting {
  connection: Connection;
  topic: string;
  known: Set<string> | undefined;
  writtenAt: number;
}

/** Counts what bodies look like. A crash loses counts and nothing else. */
export function createShapes({ table = db, now = () => new Date() } = {}) {
  const topics = new Map<string, Topic>();
  let writtenAt = 0;
  let last: Promise<void> = Promise.resolve();

  function count(connection: Connection, name: string, members: readonly BodyMember[]): void {
    if (members.length === 0) return;
    const key = `${connection.id} ${name}`;
    const fresh = { connection, topic: name, known: undefined, writtenAt: 0, bodies: 0, members: new Map() };
    const topic: Topic = topics.get(key) ?? fresh;
    topics.set(key, topic);
    topic.bodies += 1;
    for (const { path, types, isRead } of members) {
      const seen = topic.members.get(path) ?? { seen: 0, types: [], isRead };
      topic.members.set(path, { seen: seen.seen + 1, types: [...new Set([...seen.types, ...types])], isRead });
    }
    atEndOfInvocation(write);
  }

  /** One after the other: invocations of the local runtime share the counts. */
  function write(): Promise<void> {
    last = last.then(writeDue);
    return last;
  }

  async function writeDue(): Promise<void> {
    try {
      const open = [...topics.values()].filter(({ bodies }) => bodies > 0);
      for (const topic of open) topic.known ??= new Set(Object.keys((await read(topic))?.members ?? {}));
      const news = open.filter(
        ({ known = new Set(), members }) =>
          known.size < MAX_MEMBERS && [...members.keys()].some((path) => !known.has(path)),
      );
      const isDue = now().getTime() - writtenAt >= WRITE_EVERY_MS;
      // The topic not written for longest: choosing the one with the most bodies would neglect a quiet one.
      const [longest] = isDue ? open.sort((a, b) => a.writtenAt - b.writtenAt) : [];
      for (const topic of new Set([...news, ...(longest ? [longest] : [])])) await writeTopic(topic);
    } catch (error) {
      log.warn('counts of what bodies look like were lost', errorFields(error));
    }
  }

  const read = ({ connection, topic }: Topic) =>
    getItem<Shape>(items.shape.key({ connection: connection.id, topic }), table);

  async function writeTopic(topic: Topic): Promise<void> {
    const { bodies, members, connection } = topic;
    const at = now().toISOString();
    writtenAt = now().getTime();
    Object.assign(topic, { bodies: 0, members: new Map(), writtenAt });
    const key = items.shape.key({ connection: connection.id, topic: topic.topic });
    const merged = await untilCommitted(`the shape of ${topic.topic}`, async () => {
      const before = await read(topic);
      const merged = mergeShape(before, { bodies, members }, at);
      const item: Item<Shape> = { ...merged.shape, ...key, expiresAt: expiryOf(items.shape, at) };
      const { Put } = putRevised(pack(item, items.shape.visible), before);
      return (await isWritten(table.put(Put))) ? merged : undefined;
    });
    topic.known = new Set(Object.keys(merged.shape.members));
    for (const { path, change } of merged.changes) {
      log.warn(`a member has ${change}`, { connection: connection.id, topic: topic.topic, member: path });
      emitMetric('ShapeChanges', { Marketplace: connection.marketplace });
    }
  }

  return { count, write };
}

export const { count: countShape } = createShapes();

/** What the bodies of a connection look like, by topic. */
export async function listShapes(connection: string, table = db): Promise<TopicShape[]> {
  const found = await queryPartition<Shape>(items.shape.partition({ connection }), { table });
  return found.map((item) => {
    const { bodies, since, members } = bare(item);
    const listed = Object.entries(members).map(([path, { seen, types, isRead, appearedAt, vanishedAt }]) => ({
      path,
      types,
      seen,
      isRead,
      appearedAt: appearedAt ?? null,
      vanishedAt: vanishedAt ?? null,
    }));
    return { topic: item.sk, bodies, since, members: listed.sort((a, b) => (a.path < b.path ? -1 : 1)) };
  });
}

const WEEK_MS = 7 * 24 * 3600_000;

/** How many members appeared or vanished within a week, over all topics. */
export async function countShapeChanges(connection: string): Promise<{ appeared: number; vanished: number }> {
  const members = (await listShapes(connection)).flatMap((topic) => topic.members);
  const isRecent = (at: string | null) => at !== null && Date.now() - Date.parse(at) < WEEK_MS;
  return {
    appeared: members.filter(({ appearedAt }) => isRecent(appearedAt)).length,
    vanished: members.filter(({ vanishedAt }) => isRecent(vanishedAt)).length,
  };
}

/** The members that some bodies of a topic had. */
interface Sighting {
  bodies: number;
  members: Map<string, { seen: number; types: string[]; isRead: boolean }>;
}

interface Member {
  seen: number;
  types: string[];
  isRead: boolean;
  /** The count of bodies when it was last seen. */
  last: number;
  appearedAt?: string;
  vanishedAt?: string;
}

/** The members that bodies of one topic of a connection have, as they are stored. */
export interface Shape {
  bodies: number;
  since: string;
  members: Record<string, Member>;
  revision: number;
}

interface ShapeChange {
  path: string;
  change: 'appeared' | 'vanished';
}

/** After this many bodies a topic is known: before, every member would be new. */
const KNOWN_AFTER = 10;
/** A member that was always there has vanished after this many bodies without it. */
const GONE_AFTER = 10;
const ALWAYS = 0.95;
const MAX_MEMBERS = 300;

/** A topic's shape after more bodies, and what a person should know of the change: each is told once. Pure. */
export function mergeShape(
  before: Shape | undefined,
  { bodies: more, members: seen }: Sighting,
  at: string,
): { shape: Shape; changes: ShapeChange[] } {
  const { bodies: known = 0, since = at, members: old = {}, revision = 0 } = before ?? {};
  const bodies = known + more;
  const members = new Map(Object.entries(old));
  const changes: ShapeChange[] = [];
  for (const [path, { seen: times, types, isRead }] of seen) {
    const isNew = !members.has(path);
    if (isNew && members.size >= MAX_MEMBERS) continue;
    const appeared = isNew && known >= KNOWN_AFTER && { appearedAt: at };
    if (appeared) changes.push({ path, change: 'appeared' });
    const first = { seen: 0, types: [], ...appeared };
    const { vanishedAt: _, ...had }: Omit<Member, 'isRead' | 'last'> = members.get(path) ?? first;
    const allTypes = [...new Set([...had.types, ...types])].sort();
    members.set(path, { ...had, isRead, seen: had.seen + times, types: allTypes, last: bodies });
  }
  for (const [path, member] of members) {
    if (!isGone(member, bodies)) continue;
    members.set(path, { ...member, vanishedAt: at });
    changes.push({ path, change: 'vanished' });
  }
  return { shape: { bodies, since, members: Object.fromEntries(members), revision: revision + 1 }, changes };
}

const isGone = ({ last, seen, vanishedAt }: Member, bodies: number): boolean =>
  !vanishedAt && last >= KNOWN_AFTER && seen >= last * ALWAYS && bodies - last >= GONE_AFTER;
