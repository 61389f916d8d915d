import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { type Stage, startStage } from './support/stage.ts';
import { eventOf, post } from './support/webhook.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

/** Sells orders whose webhooks the test itself sends. */
async function sell(count: number): Promise<Array<{ id: string; event: string }>> {
  const sold = stage.scopio.place({ count, notify: false });
  return Promise.all(sold.map(async ({ id }) => ({ id, event: eventOf(await stage.shown(id)) })));
}

const allPlaced = (ids: readonly string[]) =>
  eventually(() => ids.every((id) => stage.placements(id) > 0), 'every order placed');

describe('1: after a 200, nothing is lost, whatever crashes next', () => {
  // From before the queue is read to the middle of the push: each delay hits another step.
  test.each([0, 15, 60])(
    'acknowledged before it was durable: killed %i ms after the answers, every order is there and placed once',
    async (ms) => {
      const sold = await sell(4);
      const answers = await Promise.all(sold.map(({ event }) => post(stage, event)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      await sleep(ms);
      await stage.killAndRestart();
      await allPlaced(sold.map(({ id }) => id));
      for (const { id } of sold) {
        await stage.settled(id, 'order', 'succeeded');
        expect(stage.placements(id)).toBe(1);
        expect((await stage.order(id)).timeline.filter(({ type }) => type === 'order.received')).toHaveLength(1);
      }
    },
  );

  test('killed while the webhooks come in, every order that got its 200 is there', async () => {
    const sold = await sell(12);
    const ids: string[] = [];
    let killing: Promise<void> | undefined;
    await Promise.all(
      sold.map(async ({ id, event }, index) => {
        await sleep(index * 6);
        const status = await post(stage, event).then(
          (response) => response.status,
          () => 0,
        );
        if (status === 200) ids.push(id);
        if (ids.length === 3) killing ??= stage.killAndRestart();
      }),
    );
    await killing;
    expect(ids.length).toBeGreaterThanOrEqual(3);
    await allPlaced(ids);
    expect(ids.map((id) => stage.placements(id))).toEqual(ids.map(() => 1));
  });

  test('killed while parcels are reported, every parcel reaches Scopio and none twice', async () => {
    const sold = await sell(4);
    await Promise.all(sold.map(({ event }) => post(stage, event)));
    await allPlaced(sold.map(({ id }) => id));
    for (const { id } of sold) stage.marketful.ship(`shop-pl:${id}`, { carrier: 'DHL' });
    // Webhooks for orders placed while an earlier case's hub was down may have been given up.
    const parcels = () =>
      stage.marketful.webhookSender.list().filter(({ topic }) => topic === 'shipment_event/created');
    expect(parcels()).toHaveLength(sold.length);
    await eventually(() => parcels().every(({ state }) => state === 'accepted'), 'every parcel told');
    await stage.killAndRestart();
    for (const { id } of sold) await stage.settled(id, 'fulfillment', 'succeeded');
    expect(sold.map(({ id }) => stage.fulfillments(id))).toEqual([1, 1, 1, 1]);
  });
});
