import { createHash } from 'node:crypto';

/** The first 20 hex digits of a SHA-256 over the parts: short, stable ids to find things again by. */
export function shortHash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}
