import { randomUUID } from 'node:crypto';
import { db, type Values } from './document.ts';
import { allOf, anyOf, type Condition, equals, isAtMost, isUnset, setting } from './expressions.ts';
import type { Key } from './item.ts';
import { isConditionFailure, isWritten } from './write.ts';

/** Who may work on an item, and until when: whoever is over time is taken for dead. */
export interface Lease {
  owner: string;
  /** UTC. */
  until: string;
}

interface Wanted {
  key: Key;
  /** The member that holds the lease. */
  member: string;
  seconds: number;
  now: Date;
  /** What has to hold besides. */
  when?: Condition | undefined;
  /** Members that are written with the lease, where there are none yet. */
  first?: Values;
}

/** Whether nobody has the lease, or not any more. */
export const isFree = (member: string, now: Date): Condition =>
  anyOf(isUnset(member), isAtMost(`${member}.until`, now.toISOString()));

/** Takes a lease: the whole item and its new owner; undefined while another has it, or where `when` does not hold. */
export async function takeLease(
  { key, member, seconds, now, when, first }: Wanted,
  table = db,
): Promise<{ item: Values; lease: Lease } | undefined> {
  const lease: Lease = { owner: randomUUID(), until: new Date(now.getTime() + seconds * 1000).toISOString() };
  const free = isFree(member, now);
  // Where the answer to this very write was lost, the SDK's repeat of it finds the lease our own.
  const condition = anyOf(when ? allOf(free, when) : free, equals(`${member}.owner`, lease.owner));
  try {
    const update = { Key: key, ...setting({ [member]: lease }, condition, first), ReturnValues: 'ALL_NEW' } as const;
    return { item: (await table.update(update)) ?? {}, lease };
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}

/** Writes members while the lease is still this owner's, the lease itself included; false when it was lost, or `when` does not hold. */
export function writeLeased(
  { key, member, owner, when }: Pick<Wanted, 'key' | 'member' | 'when'> & Pick<Lease, 'owner'>,
  members: Values,
  table = db,
): Promise<boolean> {
  const isOurs = equals(`${member}.owner`, owner);
  return isWritten(table.update({ Key: key, ...setting(members, when ? allOf(isOurs, when) : isOurs) }));
}
