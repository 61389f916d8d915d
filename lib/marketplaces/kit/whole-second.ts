const QUARTER_MS = 15 * 60_000;
const UNSETTLED_MS = 30_000;

/**
 * The version of an order whose last change is dated to the whole second. Another change may follow in that second, so a
 * read within half a minute of it gets an earlier version than every later read. An offset from UTC that is not known does
 * not matter: zones differ by quarters of an hour, and only what is left of one is compared.
 */
export function versionOfSecond(changed: string, readAt: string): string {
  const left = Date.parse(changed) + UNSETTLED_MS - Date.parse(readAt);
  const wait = left - Math.floor(left / QUARTER_MS) * QUARTER_MS;
  if (wait > 2 * UNSETTLED_MS || !changed.endsWith('.000Z')) return changed;
  return new Date(Date.parse(changed) - (999 * wait) / (2 * UNSETTLED_MS)).toISOString();
}
