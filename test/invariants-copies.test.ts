import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';
import { eventOf, post } from './support/webhook.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { POLL_INTERVAL_SECONDS: '1' } });
});
afterAll(() => stage.stop());

describe('2: N copies by webhook and poll, in any order, make one order and one push', () => {
  const polls = () =>
    stage.hub
      .log()
      .split('\n')
      .filter((line) => line.includes('"polled"')).length;

  test('one order imported two or three times: forty copies at once, alike and not, while the poll finds it too', async () => {
    stage.scopio.place({ id: 'two', notify: false });
    const shown = await stage.shown('two');
    const same = eventOf(shown, '2026-11-20T08:15:00Z');
    const bodies = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? same : eventOf(shown, `2026-11-20T08:15:${String(index).padStart(2, '0')}Z`),
    );
    const answers = await Promise.all(bodies.map((body) => post(stage, body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await stage.settled('two', 'order', 'succeeded');
    const told = async () => (await stage.events('limit=200')).filter(({ topic }) => topic === 'order-paid');
    await eventually(async () => (await told()).length === 40, 'all copies on record');
    stage.marketful.ship(`${SHOP}:two`, { carrier: 'DHL' });
    await stage.settled('two', 'fulfillment', 'succeeded');
    const before = polls();
    await eventually(() => polls() > before + 2, 'another poll of both');
    expect([stage.placements('two'), stage.fulfillments('two')]).toEqual([1, 1]);
    expect(stage.marketful.received().counts).toMatchObject({ accepted: 1, refused: 0 });
    const order = await stage.order('two');
    expect(order.deliveries).toHaveLength(2);
    expect(order.timeline.filter(({ type }) => type === 'order.received')).toHaveLength(1);
    expect(await stage.hub.get('/orders')).toMatchObject({ orders: [{ id: `${SHOP}:two` }] });
  });

  test('orders missed; found only by reconciling: every webhook dropped, the polls converge to the same ledger', async () => {
    stage.scopio.faults.add({ on: 'webhook', kind: 'drop', times: 'always' });
    stage.marketful.faults.add({ on: 'webhook', kind: 'drop', times: 'always' });
    const missed = stage.scopio.place({ count: 5 }).map(({ id }) => id);
    await Promise.all(missed.map((id) => stage.settled(id, 'order', 'succeeded')));
    for (const id of missed) stage.marketful.ship(`${SHOP}:${id}`, { carrier: 'DHL', parcels: 2 });
    await eventually(() => missed.every((id) => stage.fulfillments(id) === 2), 'both parcels of each reported');
    for (const id of missed) {
      expect(stage.placements(id)).toBe(1);
      const { status, timeline } = await stage.order(id);
      expect([status, timeline[0]]).toMatchObject(['fulfilled', { type: 'order.received', by: 'poll' }]);
    }
  });
});
