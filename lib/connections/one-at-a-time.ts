import { setTimeout as sleep } from 'node:timers/promises';
import * as items from '#lib/platform/table/items';
import { takeLease, writeLeased } from '#lib/platform/table/lease';
import { db } from '#lib/platform/table/table';

/** So long whoever comes after one that died waits; one that lives says three times as often that it does. */
const SECONDS = 30;
const RENEW_MS = 10_000;
const LOOK_MS = 250;
/** An index of the table and Secrets Manager show a moment later what the one before has written. */
const SHOWN_AFTER_MS = 1_000;

/**
 * Does what reads the configuration or its secrets and writes them anew, one after the other: of two at once the second
 * would undo what the first was told is done. `waits` is told once where it is another's turn.
 */
export async function oneAtATime<T>(
  work: () => Promise<T>,
  { table = db, wait = sleep as (ms: number) => Promise<unknown>, now = () => new Date(), waits = () => {} } = {},
): Promise<T> {
  const at = { key: items.configurationLease.key(), member: 'lease' };
  const take = () => takeLease({ ...at, seconds: SECONDS, now: now() }, table);
  let taken = await take();
  if (!taken) {
    waits();
    for (; !taken; taken = await take()) await wait(LOOK_MS);
    await wait(SHOWN_AFTER_MS);
  }
  const { owner } = taken.lease;
  // What was done is done, and its secret may be shown this once: a turn that cannot be written down ends by itself.
  const write = (lease: object | null) => writeLeased({ ...at, owner }, { lease }, table).catch(() => undefined);
  const renew = () => write({ owner, until: new Date(now().getTime() + SECONDS * 1000).toISOString() });
  const renewing = setInterval(renew, RENEW_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await write(null);
  }
}
