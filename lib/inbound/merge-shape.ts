/** What some bodies of a topic had. */
export interface Sighting {
  bodies: number;
  members: Map<string, { seen: number; types: string[]; isRead: boolean }>;
}

interface Member {
  seen: number;
  types: string[];
  isRead: boolean;
  /** How many bodies had been looked at when it was last seen. */
  last: number;
  appearedAt?: string;
  vanishedAt?: string;
}

/** What the bodies of one topic of a connection have, as it is stored. */
export interface Shape {
  bodies: number;
  since: string;
  members: Record<string, Member>;
  revision: number;
}

export interface ShapeChange {
  path: string;
  change: 'appeared' | 'vanished';
}

/** A topic is known after so many bodies: before, every member is new. */
const KNOWN_AFTER = 10;
/** A member that was always there has vanished once so many bodies came without it. */
const GONE_AFTER = 10;
const ALWAYS = 0.95;
/** Members of one topic that are kept at most. */
export const MAX_MEMBERS = 300;

/** A topic's shape with what more bodies had, and what of that a person should know: each change is told once. Pure. */
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
    const last = members.get(path);
    if (!last && members.size >= MAX_MEMBERS) continue;
    const appearedAt = last ? last.appearedAt : known >= KNOWN_AFTER ? at : undefined;
    if (!last && appearedAt) changes.push({ path, change: 'appeared' });
    members.set(path, {
      seen: (last?.seen ?? 0) + times,
      types: [...new Set([...(last?.types ?? []), ...types])].sort(),
      ...{ isRead, last: bodies },
      ...(appearedAt && { appearedAt }),
    });
  }
  for (const [path, member] of members) {
    const isUsual = member.last >= KNOWN_AFTER && member.seen >= member.last * ALWAYS;
    if (member.vanishedAt || !isUsual || bodies - member.last < GONE_AFTER) continue;
    members.set(path, { ...member, vanishedAt: at });
    changes.push({ path, change: 'vanished' });
  }
  return { shape: { bodies, since, members: Object.fromEntries(members), revision: revision + 1 }, changes };
}
