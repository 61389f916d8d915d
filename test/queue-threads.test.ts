import { expect, test } from 'vitest';
import { API_KEY, eventually, runHub } from './support/hub.ts';
import { SHOP, startStage } from './support/stage.ts';

test.each([0, 2])('an order goes the whole way with %s threads for queues and schedules', async (workers) => {
  const stage = await startStage({ workers });
  try {
    const [{ id } = { id: '' }] = stage.scopio.place({ id: 'threads' });
    await stage.settled(id, 'order', 'succeeded');
    stage.marketful.ship(`${SHOP}:${id}`, { carrier: 'DHL' });
    await stage.settled(id, 'fulfillment', 'succeeded');
    expect([stage.placements(id), stage.fulfillments(id)]).toEqual([1, 1]);
    await eventually(() => stage.hub.log().includes('"message":"attempt"'), 'the log of a pusher');
    expect(stage.hub.log()).not.toContain(API_KEY);
    expect(await stage.hub.stop()).toBe(0);
  } finally {
    await stage.stop();
  }
});

test('a number of threads that is none is one clear line', async () => {
  const { code, output } = await runHub({ args: ['--workers', 'many'] });
  expect(code).toBe(1);
  expect(output).toContain('--workers many is not a number from 0 to 8');
});
