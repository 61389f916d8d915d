/** The members that some bodies of a topic had. */
export interface Sighting {
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
/** The most members of a topic that are counted. */
export const MAX_MEMBERS = 300;

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
