import { expect, it, vi } from 'vitest';
import { untilCommitted } from './until-committed.ts';

/** Waits that take no time, and how long they would have been. */
function patience() {
  const waited: number[] = [];
  return { waited, wait: async (ms: number) => void waited.push(ms), random: () => 1 };
}

it('answers what the first attempt committed, without a wait', async () => {
  const { waited, ...instant } = patience();
  expect(await untilCommitted('a thing', async () => null, instant)).toBe(null);
  expect(waited).toEqual([]);
});

it('runs a lost race again, waiting longer each time and never longer than 640 ms', async () => {
  const { waited, ...instant } = patience();
  let runs = 0;
  const done = await untilCommitted('a thing', async () => (++runs < 9 ? undefined : 'done'), instant);
  expect(done).toBe('done');
  expect(waited).toEqual([20, 40, 80, 160, 320, 640, 640, 640]);
});

it('gives up after so many lost races and names the thing', async () => {
  let runs = 0;
  const attempt = async () => void runs++;
  const { waited: _, ...instant } = patience();
  await expect(untilCommitted('order a:1', attempt, { ...instant, tries: 3 })).rejects.toThrow(
    /order a:1 kept changing/,
  );
  expect(runs).toBe(3);
});

it.each([15, 60])('lets a hundred who write at once all have their turn, at %i ms a write', async (ms) => {
  vi.useFakeTimers();
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  let revision = 0;
  const write = async () => {
    const read = revision;
    await wait(ms);
    return read === revision ? ++revision : undefined;
  };
  const all = Array.from({ length: 100 }, () => untilCommitted('order a:1', write, { wait, random }));
  const settled = Promise.allSettled(all);
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect((await settled).filter(({ status }) => status === 'rejected')).toEqual([]);
  expect(revision).toBe(100);
});

it('passes on what an attempt throws', async () => {
  const refused = async () => Promise.reject(new Error('refused'));
  await expect(untilCommitted('a thing', refused)).rejects.toThrow('refused');
});
