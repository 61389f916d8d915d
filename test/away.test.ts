import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { SHED, type Stage, startStage } from './support/stage.ts';

const ORDERS = 12;

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    env: {
      ...{ RETRY_LIMIT: '3', RETRY_INTERVAL_SECONDS: '1', POLL_INTERVAL_SECONDS: '3600' },
      ...{ AWAY_AFTER_FAILURES: '4', AWAY_AFTER_SECONDS: '1', AWAY_PROBE_SECONDS: '1' },
    },
  });
});
afterAll(() => stage.stop());

const awaySince = async () => {
  type Connections = { connections: Array<{ id: string; awaySince: string | null }> };
  const { connections } = await stage.hub.get<Connections>('/connections');
  return connections.find(({ id }) => id === SHED)?.awaySince;
};
const statesOf = async () => {
  const all = await stage.deliveries(`connection=${SHED}&action=order&limit=100`);
  return Map.groupBy(all, ({ state }) => state);
};

test('a dead marketplace does not kill its orders: they wait for it, and all are placed once it is back', async () => {
  stage.marketful.faults.add({ on: '* *', kind: 'status', status: 503, times: 'always' });
  for (let n = 0; n < ORDERS; n++) stage.scopio.place({ items: [{ sku: 'MUG-RED', quantity: 1 }] });
  await eventually(awaySince, 'it counts as away');
  // Four attempts, a second apart, would have been over long ago.
  const waiting = await eventually(async () => {
    const found = (await statesOf()).get('pending') ?? [];
    return found.filter(({ cause }) => cause?.code === 'connection_away').length >= ORDERS - 2 && found;
  }, 'nearly all wait');
  const [one] = waiting;
  // The delivery that asks whether it is back is under way at times.
  await eventually(async () => {
    const { sentence } = await stage.hub.get<{ sentence: string }>(
      `/orders/${encodeURIComponent(one?.order ?? '')}/explanation`,
    );
    return sentence.includes('has failed at everything since');
  }, 'what it waits for');
  stage.marketful.faults.clear();
  await eventually(async () => ((await statesOf()).get('succeeded') ?? []).length === ORDERS, 'all are placed');
  expect((await statesOf()).get('dead')).toBeUndefined();
  expect(await awaySince()).toBeNull();
});
