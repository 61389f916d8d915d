import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { oneAtATime } from './one-at-a-time.ts';

test('of changes of one moment each finds what the one before has written, whatever becomes of it', async () => {
  const table = memoryTable();
  let stored: readonly string[] = [];
  const add = (id: string) =>
    oneAtATime(
      async () => {
        const before = stored;
        await new Promise(setImmediate);
        stored = [...before, id];
        if (id === 'b') throw new Error('refused');
      },
      { table, wait: () => new Promise(setImmediate) },
    );
  const done = await Promise.allSettled(['a', 'b', 'c', 'd'].map(add));
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect([...stored].sort()).toEqual(['a', 'b', 'c', 'd']);
});

test('one that died with its change is waited for, and not for ever', async () => {
  const table = memoryTable();
  let at = Date.parse('2026-11-20T08:15:00.000Z');
  const wait = async (ms: number) => {
    at += ms;
  };
  const clock = { table, now: () => new Date(at), wait };
  void oneAtATime(() => new Promise(() => undefined), clock);
  expect(await oneAtATime(async () => 'done', clock)).toBe('done');
});
