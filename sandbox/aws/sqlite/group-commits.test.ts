import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, expect, it, vi } from 'vitest';
import { groupCommits } from './group-commits.ts';
import { openDatabase } from './open-database.ts';

const directory = mkdtempSync(join(tmpdir(), 'commits-'));
const file = join(directory, 'numbers.sqlite');
const database = openDatabase({
  file,
  schema: 'CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY) STRICT;',
  fsync: true,
  lockWaitMs: 0,
});
afterAll(() => rmSync(directory, { recursive: true }));

const commits = groupCommits(database);
const insert = database.prepare('INSERT INTO numbers VALUES (?)');
const all = () =>
  database
    .prepare('SELECT n FROM numbers ORDER BY n')
    .all()
    .map(({ n }) => n);

it('commits what one turn wrote together, and says when; a request that fails takes only its own writes back', async () => {
  expect(commits.committed()).toBeUndefined();
  commits.write(() => insert.run(1));
  expect(() =>
    commits.write(() => {
      insert.run(2);
      throw new Error('refused');
    }),
  ).toThrow('refused');
  commits.write(() => insert.run(3));
  const done = commits.committed();
  expect(database.isTransaction).toBe(true);
  expect(commits.committed()).toBe(done);
  await done;
  expect(database.isTransaction).toBe(false);
  expect(commits.committed()).toBeUndefined();
  expect(all()).toEqual([1, 3]);
});

it('commits at once when it is told to, and never twice', async () => {
  commits.write(() => insert.run(4));
  const done = commits.committed();
  commits.flush();
  expect(database.isTransaction).toBe(false);
  await done;
  commits.write(() => insert.run(5));
  await nextTurn();
  await nextTurn();
  expect(database.isTransaction).toBe(false);
  expect(all()).toEqual([1, 3, 4, 5]);
});

it('ends the process, and commits nothing of the turn, where writes that only the disk can stop are stopped', async () => {
  const doomed = groupCommits(database);
  doomed.writeSure(() => insert.run(6));
  const later = vi.spyOn(globalThis, 'setImmediate').mockReturnValue({} as NodeJS.Immediate);
  expect(() => doomed.writeSure(() => [7, 7].map((n) => insert.run(n)))).toThrow('UNIQUE');
  const [end] = later.mock.calls.at(-1) ?? [];
  later.mockRestore();
  await nextTurn();
  await nextTurn();
  expect(end).toThrow('UNIQUE');
  expect(database.isTransaction).toBe(false);
  expect(all()).toEqual([1, 3, 4, 5]);
});

it('refuses a file that is in use by name', () => {
  expect(() => openDatabase({ file, schema: '', fsync: false, lockWaitMs: 60 })).toThrow(
    `Another process is using ${file}`,
  );
});
