import { afterEach, expect, it, vi } from 'vitest';
import { TICK_MAX_AGE_SECONDS } from '#lib/topology';
import { createAsyncEvents } from './async-events.ts';
import type { Handler } from './handlers.ts';

afterEach(() => vi.restoreAllMocks());

/** A sweeper whose runs end when the test says so, and a clock that the test moves. */
function world() {
  const logged: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line) => void logged.push(String(line)));
  const ends: Array<{ name: string; end: (error?: Error) => void }> = [];
  const handler: Handler = (event) =>
    new Promise((resolve, reject) => {
      const { name } = event as { name: string };
      ends.push({ name, end: (error) => (error ? reject(error) : resolve(undefined)) });
    });
  let at = 0;
  const events = createAsyncEvents(new Map([['sweeper', handler]]), () => at);
  const take = (name: string) => events.take('sweeper', { source: 'longshore.schedule', name });
  return { logged, ends, events, take, pass: (seconds: number) => (at += seconds * 1000) };
}

it('takes every tick at once, and runs what there is no room for later, unless it has grown old', async () => {
  const { logged, ends, events, take, pass } = world();
  for (let tick = 0; tick < 13; tick++) {
    if (tick === 12) pass(TICK_MAX_AGE_SECONDS);
    take(`tick ${tick}`);
  }
  expect(ends).toHaveLength(10);
  pass(1);
  ends[3]?.end();
  await vi.waitFor(() => expect(ends.map(({ name }) => name).at(-1)).toBe('tick 12'));
  expect(ends).toHaveLength(11);
  expect(logged).toEqual(
    ['tick 10', 'tick 11'].map((schedule) => expect.stringContaining(`was dropped","schedule":"${schedule}"`)),
  );
  for (const { end } of ends) end();
  await events.stop();
});

it('repeats none that failed, and ends with those that run', async () => {
  const { logged, ends, events, take } = world();
  take('one');
  ends[0]?.end(new TypeError('no'));
  await vi.waitFor(() => expect(logged).toHaveLength(1));
  expect(JSON.parse(logged[0] ?? '')).toMatchObject({
    message: 'a schedule failed',
    schedule: 'one',
    error: 'TypeError',
  });

  for (let tick = 0; tick < 11; tick++) take('two');
  const stopped = events.stop();
  for (const { end } of ends) end();
  await stopped;
  expect(ends).toHaveLength(11);
});
