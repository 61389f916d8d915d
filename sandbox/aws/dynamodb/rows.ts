import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchEntry, Range } from './dynalite.ts';

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS rows_by_key ON rows (key);
`;

/** One ordered space of keys with a JSON value each. */
export type Rows = ReturnType<typeof openRows>;

export function openRows(database: DatabaseSync) {
  const get = database.prepare('SELECT value FROM rows WHERE key = ?');
  const put = database.prepare(
    'INSERT INTO rows (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const del = database.prepare('DELETE FROM rows WHERE key = ?');
  const ranges = new Map<string, StatementSync>();

  /** One statement for each kind of bounds and direction. */
  function rangeStatement({ gt, lte, reverse }: Range): StatementSync {
    const where = `key ${gt === undefined ? '>=' : '>'} ? AND key ${lte === undefined ? '<' : '<='} ?`;
    const text = `SELECT key, value FROM rows WHERE ${where} ORDER BY key ${reverse ? 'DESC' : 'ASC'} LIMIT ?`;
    const known = ranges.get(text) ?? database.prepare(text);
    ranges.set(text, known);
    return known;
  }

  return {
    get(key: string) {
      const row = get.get(key);
      return row && JSON.parse(row.value as string);
    },
    apply(entries: readonly BatchEntry[]) {
      for (const { type, key, value, json = JSON.stringify(value) } of entries) {
        if (type === 'put') put.run(key, json);
        else del.run(key);
      }
    },
    *list(range: Range): Generator<readonly [key: string, value: unknown]> {
      const { gt, gte = '', lt = '\x7f', lte, limit = -1 } = range;
      for (const { key, value } of rangeStatement(range).iterate(gt ?? gte, lte ?? lt, limit))
        yield [key as string, JSON.parse(value as string)];
    },
  };
}
