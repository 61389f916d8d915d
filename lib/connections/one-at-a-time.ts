import { setTimeout as sleep } from 'node:timers/promises';
import * as items from '#lib/platform/table/items';
import { takeLease, writeLeased } from '#lib/platform/table/lease';
import { db } from '#lib/platform/table/table';

/** How long the next one waits after one that died; a live one renews its lease three times as often. */
const SECONDS = 30;
const RENEW_MS = 10_000;
const LOOK_MS = 250;
/** Indexes of the table and Secrets Manager take a moment to show what was written. */
const SHOWN_AFTER_MS = 1_000;

/**
 * Runs, one after the other, whatever reads the configuration or its secrets and writes them anew: of two at once the
 * second would undo what the first reported as done. `waits` is called once if it is another's turn.
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
  // The work is done, and its secret may be shown only now: a lease that cannot be released ends by itself.
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
