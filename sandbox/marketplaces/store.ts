import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Values by id, in the order in which they were first put. Values are replaced, never modified. */
export interface Collection<T> {
  get(id: string): T | undefined;
  list(): T[];
  put(id: string, value: T): T;
  remove(id: string): void;
}

/** A sandbox's memory. With a file, everything put before a `kill -9` is there at the next start. */
export type Store = ReturnType<typeof openStore>;

interface Line {
  in: string;
  id: string;
  value?: unknown;
}

/** Opens a store on an append-only file of JSON lines; without a file, in memory only. */
export function openStore(file?: string) {
  const collections = new Map<string, Map<string, unknown>>();
  const valuesOf = (name: string): Map<string, unknown> => {
    const values = collections.get(name) ?? new Map<string, unknown>();
    collections.set(name, values);
    return values;
  };
  for (const line of file ? readLines(file) : []) {
    if (line.value === undefined) valuesOf(line.in).delete(line.id);
    else valuesOf(line.in).set(line.id, line.value);
  }
  let descriptor = file ? rewrite(file, collections) : null;
  const append = (line: Line): void => {
    if (descriptor !== null) writeSync(descriptor, `${JSON.stringify(line)}\n`);
  };

  const collection = <T>(name: string): Collection<T> => ({
    get: (id) => valuesOf(name).get(id) as T | undefined,
    list: () => [...valuesOf(name).values()] as T[],
    put(id, value) {
      valuesOf(name).set(id, value);
      append({ in: name, id, value });
      return value;
    },
    remove(id) {
      valuesOf(name).delete(id);
      append({ in: name, id });
    },
  });

  return {
    collection,
    /** The next number of a sequence; it is stored, too, so that no id is given twice. */
    next(sequence: string, first = 1) {
      const numbers = collection<number>('sequences');
      return numbers.put(sequence, (numbers.get(sequence) ?? first - 1) + 1);
    },
    clear() {
      collections.clear();
      if (!file || descriptor === null) return;
      closeSync(descriptor);
      descriptor = rewrite(file, collections);
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}

function readLines(file: string): Line[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // Only a line that ends in a newline was written completely.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Line);
}

/** Drops superseded lines, so that the file grows with its content, not with its history. */
function rewrite(file: string, collections: Map<string, Map<string, unknown>>): number {
  mkdirSync(dirname(file), { recursive: true });
  const lines = [...collections].flatMap(([name, values]) =>
    [...values].map(([id, value]) => `${JSON.stringify({ in: name, id, value } satisfies Line)}\n`),
  );
  writeFileSync(`${file}.new`, lines.join(''));
  renameSync(`${file}.new`, file);
  return openSync(file, 'a');
}
