import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { SHED, SHOP, type Stage, startStage } from './support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

test('one trace follows an order from its webhook to the push, and another its parcel back to whoever sold it', async () => {
  stage.scopio.place({ id: 'traced' });
  const placed = await stage.settled('traced', 'order', 'succeeded');
  const [sold] = await eventually(async () => {
    const events = await stage.events(`connection=${SHOP}`);
    return events.length > 0 && events;
  }, 'the event of the sale');
  expect(sold?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(placed.traceId).toBe(sold?.traceId);
  expect(linesOf(placed.traceId)).toEqual(expect.arrayContaining(['webhook accepted', 'event ingested', 'attempt']));

  stage.marketful.ship(`${SHOP}:traced`);
  const told = await stage.settled('traced', 'fulfillment', 'succeeded');
  expect(told.traceId).not.toBe(placed.traceId);
  const events = (await stage.events(`connection=${SHED}`)).filter(({ traceId }) => traceId === told.traceId);
  const named = { topic: expect.stringMatching(/^(order-updated|shipment-event-created)$/) };
  expect(events).toMatchObject([{ receivedBy: 'fetch', topic: 'orden', named }]);
});

/** The lines of the hub's log with this trace. */
const linesOf = (traceId: string | null): string[] =>
  stage.hub
    .log()
    .split('\n')
    .filter((line) => line.includes(`"trace_id":"${traceId}"`))
    .map((line) => JSON.parse(line).message);
