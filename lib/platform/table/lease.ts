import { randomUUID } from 'node:crypto';
import { db, type Values } from './document.ts';
import { allOf, anyOf, type Condition, equals, isAtMost, isUnset, setting } from './expressions.ts';
import type { Key } from './item.ts';
import { isConditionFailure, isWritten } from './write.ts';

/** Who may work on an item, and until when: after that its owner is taken for dead. */
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
  /** What must hold besides. */
  when?: Condition | undefined;
  /** Members written with the lease where there are none yet. */
  first?: Values;
}

/** Holds if nobody has the lease, or nobody any more. */
const isFree = (member: string, now: Date): Condition =>
  anyOf(isUnset(member), isAtMost(`${member}.until`, now.toISOString()));

/** Takes a lease: the whole item and its new owner; undefined while another has it, or if `when` does not hold. */
export async function takeLease(
  { key, member, seconds, now, when, first }: Wanted,
  table = db,
): Promise<{ item: Values; lease: Lease } | undefined> {
  const lease: Lease = { owner: randomUUID(), until: new Date(now.getTime() + seconds * 1000).toISOString() };
  const free = isFree(member, now);
  // If the answer to this very write was lost, the SDK's repetition finds our own lease.
  const condition = anyOf(when ? allOf(free, when) : free, equals(`${member}.owner`, lease.owner));
  try {
    const update = { Key: key, ...setting({ [member]: lease }, condition, first), ReturnValues: 'ALL_NEW' } as const;
    return { item: (await table.update(update)) ?? {}, lease };
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}

/** Writes members while this owner has the lease, the lease included; false if it was lost, or `when` does not hold. */
export function writeLeased(
  { key, member, owner, when }: Pick<Wanted, 'key' | 'member' | 'when'> & Pick<Lease, 'owner'>,
  members: Values,
  table = db,
): Promise<boolean> {
  const isOurs = equals(`${member}.owner`, owner);
  return isWritten(table.update({ Key: key, ...setting(members, when ? allOf(isOurs, when) : isOurs) }));
}
