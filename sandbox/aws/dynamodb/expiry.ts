import type { BatchEntry, Item } from './dynalite.ts';
import { within } from './key-space.ts';
import type { Rows } from './rows.ts';

const FIVE_YEARS_SECONDS = 5 * 365.25 * 86_400;

/** Seconds since 1970 at which an item expires. Anything but a number in the attribute never does. */
export function expiresAt(item: Item | undefined, attribute: string): number | undefined {
  const value = Number(item?.[attribute]?.N);
  return Number.isFinite(value) && value >= 0 ? Math.floor(value) : undefined;
}

const expiryPrefix = (table: string): string => `expiry~${table}~`;

/** The key of an expiry entry sorts by due time, so that a sweep reads due entries only. */
export function expiryKey(table: string, seconds: number, itemKey: string): string {
  return expiryPrefix(table) + pad(seconds) + itemKey;
}

const pad = (seconds: number): string => `${String(seconds).padStart(16, '0')}~`;

/** Plans to drop at most `limit` due entries and returns their keys. Like AWS, it ignores times over five years ago. */
export function takeDue(
  { rows }: { rows: Rows },
  plan: { entries: BatchEntry[] },
  { table, nowSeconds, limit }: { table: string; nowSeconds: number; limit: number },
): string[] {
  const keys: string[] = [];
  const gte = pad(Math.max(0, Math.floor(nowSeconds - FIVE_YEARS_SECONDS)));
  const range = within(expiryPrefix(table), { gte, lt: pad(Math.floor(nowSeconds)), limit });
  for (const [entry, key] of rows.list(range)) {
    plan.entries.push({ type: 'del', key: entry });
    keys.push(String(key));
  }
  return keys;
}

export const allExpiries = (table: string) => within(expiryPrefix(table));
