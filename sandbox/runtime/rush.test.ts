import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { createRush } from './rush.ts';

vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise((resolve) => globalThis.setTimeout(resolve, ms)),
}));
afterEach(() => vi.useRealTimers());

it('holds the queues back while many requests want an answer, until few are left or patience ends', async () => {
  vi.useFakeTimers();
  const rush = createRush();
  await rush.isOver();
  const answers = Array.from({ length: 20 }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { resolve, done: rush.during(promise) };
  });
  let over = false;
  const waiting = rush.isOver().then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(50);
  expect(over).toBe(false);
  for (const { resolve, done } of answers.slice(3)) {
    resolve();
    await done;
  }
  await vi.advanceTimersByTimeAsync(10);
  await waiting;
  expect(over).toBe(true);

  const more = Array.from({ length: 20 }, () => rush.during(sleep(10_000)));
  const impatient = rush.isOver();
  await vi.advanceTimersByTimeAsync(250);
  await impatient;
  await vi.advanceTimersByTimeAsync(10_000);
  await Promise.all(more);
});

it('holds the queues back while many requests come, even if all are answered at the moment it looks', async () => {
  vi.useFakeTimers();
  const rush = createRush();
  const wave = (requests: number) =>
    Promise.all(Array.from({ length: requests }, () => rush.during(Promise.resolve())));
  let over = false;
  await wave(10);
  await vi.advanceTimersByTimeAsync(5);
  const waiting = rush.isOver().then(() => {
    over = true;
  });
  await wave(10);
  await vi.advanceTimersByTimeAsync(5);
  expect(over).toBe(false);
  await wave(2);
  await vi.advanceTimersByTimeAsync(5);
  await waiting;
});

it('counts a request that failed as answered', async () => {
  const rush = createRush();
  const failed = Array.from({ length: 20 }, () => rush.during(Promise.reject(new Error('no'))));
  expect(await Promise.allSettled(failed)).toHaveLength(20);
  await rush.isOver();
});
