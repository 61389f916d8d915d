import { expect, test, vi } from 'vitest';
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

test('one that died with its change is waited for, and not for ever, and what it wrote last has a second to be seen', async () => {
  const table = memoryTable();
  const began = Date.parse('2026-11-20T08:15:00.000Z');
  let at = began;
  const wait = async (ms: number) => {
    at += ms;
  };
  const clock = { table, now: () => new Date(at), wait };
  void oneAtATime(() => new Promise(() => undefined), clock);
  expect(await oneAtATime(async () => at - began, clock)).toBe(31_000);
});

test('a change that takes longer than a turn keeps it, and whoever waits is told once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const { promise: looked, resolve: look } = Promise.withResolvers<void>();
  const waits = vi.fn();
  const seen: string[] = [];
  const table = memoryTable();
  const slow = oneAtATime(() => looked.then(() => seen.push('slow')), { table });
  const wait = async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    if (Date.now() - began > 90_000) look();
  };
  const began = Date.now();
  await oneAtATime(async () => seen.push('next'), { table, wait, waits });
  await slow;
  vi.useRealTimers();
  expect(seen).toEqual(['slow', 'next']);
  expect(waits).toHaveBeenCalledTimes(1);
});

test('what was done is told though the end of its turn cannot be written', async () => {
  const table = memoryTable();
  const throttled = { ...table, update: vi.fn(table.update) };
  const done = await oneAtATime(
    async () => {
      throttled.update.mockRejectedValue(new Error('throttled'));
      return 'whsec_shown_once';
    },
    { table: throttled },
  );
  expect(done).toBe('whsec_shown_once');
});
