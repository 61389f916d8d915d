import { setTimeout as sleep } from 'node:timers/promises';
import * as items from '#lib/platform/table/items';
import { takeLease, writeLeased } from '#lib/platform/table/lease';
import { db } from '#lib/platform/table/table';

/** Longer than a change takes: whoever comes after one that died waits for it. */
const SECONDS = 30;
const LOOK_MS = 250;

/**
 * Does what reads the configuration or its secrets and writes them anew, one after the other: of two at once the second
 * would undo what the first was told is done.
 */
export async function oneAtATime<T>(
  work: () => Promise<T>,
  { table = db, wait = sleep as (ms: number) => Promise<unknown>, now = () => new Date() } = {},
): Promise<T> {
  const at = { key: items.configurationLease.key(), member: 'lease' };
  for (;;) {
    const taken = await takeLease({ ...at, seconds: SECONDS, now: now() }, table);
    if (!taken) {
      await wait(LOOK_MS);
      continue;
    }
    try {
      return await work();
    } finally {
      await writeLeased({ ...at, owner: taken.lease.owner }, { lease: null }, table);
    }
  }
}
