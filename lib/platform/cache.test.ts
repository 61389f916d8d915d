import { expect, test } from 'vitest';
import { cached } from './cache.ts';

/** A cache of ten milliseconds over something that counts its loads and fails when it is told to. */
function startCache(options: { servesLast?: boolean; maxEntries?: number } = {}) {
  let now = 0;
  let fails = false;
  const loads: string[] = [];
  const cache = cached(
    10,
    async (key) => {
      loads.push(key);
      if (fails) throw new Error('away');
      return `${key}-${loads.length}`;
    },
    { clock: () => now, ...options },
  );
  return {
    ...{ cache, loads },
    setFails: (value: boolean) => {
      fails = value;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('what was loaded serves until it is too old, also those who ask while it is loaded', async () => {
  const { cache, loads, pass } = startCache();
  expect(await Promise.all([cache.get('a'), cache.get('a'), cache.get('b')])).toEqual(['a-1', 'a-1', 'b-2']);
  pass(9);
  expect(await cache.get('a')).toBe('a-1');
  expect(await cache.get('a', { maxAgeMs: 5 })).toBe('a-3');
  pass(10);
  expect(await cache.get('a')).toBe('a-4');
  cache.forget('a');
  expect(await cache.get('a')).toBe('a-5');
  cache.put('a', Promise.resolve('mine'));
  expect(await cache.get('a')).toBe('mine');
  expect(loads).toHaveLength(5);
});

test('a load that failed is thrown to those who asked, and not kept', async () => {
  const { cache, setFails } = startCache();
  setFails(true);
  expect(await Promise.allSettled([cache.get('a'), cache.get('a')])).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  setFails(false);
  expect(await cache.get('a')).toBe('a-2');
});

test('where the last one may serve, a failed load is answered with it, and not asked for again at once', async () => {
  const { cache, loads, pass, setFails } = startCache({ servesLast: true });
  await cache.get('a');
  setFails(true);
  pass(10);
  expect([await cache.get('a'), await cache.get('a')]).toEqual(['a-1', 'a-1']);
  expect(loads).toHaveLength(2);
  pass(10);
  expect(await cache.get('a')).toBe('a-1');
  await expect(cache.get('b')).rejects.toThrow('away');
});

test('a full cache forgets what was loaded first', async () => {
  const { cache, loads } = startCache({ maxEntries: 2 });
  for (const key of ['a', 'b', 'c', 'b', 'a']) await cache.get(key);
  expect(loads).toEqual(['a', 'b', 'c', 'a']);
});
