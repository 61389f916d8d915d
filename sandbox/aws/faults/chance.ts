import { createHash } from 'node:crypto';

type Part = string | number;

/** A number from 0 to below 1 that depends only on the parts, not on timing or the order of calls. */
export function chance(...parts: readonly Part[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** The entry of a table of probabilities that `at` (0 to 1) falls on; undefined beyond their sum. */
export function pickBy<T>(table: ReadonlyArray<readonly [share: number, what: T]>, at: number): T | undefined {
  let below = 0;
  for (const [share, what] of table) {
    below += share;
    if (at < below) return what;
  }
  return undefined;
}
