import type { Range } from './dynalite.ts';

export const TABLES = 'table~';
export const TIME_TO_LIVE = 'ttl~';
export const REQUEST_TOKENS = 'token~';

export const itemPrefix = (table: string): string => `item-${table}~`;

export function indexPrefix(type: string, table: string, index: string): string {
  return `index-${type.toLowerCase()}~${table}~${index}~`;
}

export const tagPrefix = (table: string): string => `tag-${table}~`;

/** Everything under a prefix, or the given range within it. */
export function within(prefix: string, { gt, gte, lt, lte, ...rest }: Range = {}): Range {
  const lower = gt === undefined ? { gte: prefix + (gte ?? '') } : { gt: prefix + gt };
  // No key has a character above '~'.
  const upper = lte === undefined ? { lt: prefix + (lt ?? '\x7f') } : { lte: prefix + lte };
  return { ...rest, ...lower, ...upper };
}
