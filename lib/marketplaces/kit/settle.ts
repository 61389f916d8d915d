const QUARTER_MS = 15 * 60_000;
const UNSETTLED_MS = 30_000;

/**
 * The version of a change that is dated to the second. In that second there may be another: what is read so soon is put
 * before it, so that what is read later is later. Whatever the zone of the date is, its quarters of an hour are UTC's.
 */
export function settle(changed: string, readAt: string): string {
  const left = Date.parse(changed) + UNSETTLED_MS - Date.parse(readAt);
  const wait = left - Math.floor(left / QUARTER_MS) * QUARTER_MS;
  if (wait > 2 * UNSETTLED_MS || !changed.endsWith('.000Z')) return changed;
  return new Date(Date.parse(changed) - (999 * wait) / (2 * UNSETTLED_MS)).toISOString();
}
