import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import type { ShownDelivery } from './support/shown.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

const PLACE = 'POST /shopi_orders/multicanal_api';
const COUNT = 40;

interface ShownReplay {
  id: string;
  state: string;
  matched: number;
  waiting: number;
  released: number;
  pending: number;
  succeeded: number;
  dead: number;
  reason: string | null;
}

const replays = async () => (await stage.hub.get<{ replays: ShownReplay[] }>('/replays')).replays;

/** Orders that the warehouse refused for good. */
async function refused(prefix: string, count: number, status = 422): Promise<string[]> {
  const fault = stage.marketful.faults.add({ on: PLACE, kind: 'status', times: 'always', status, contains: prefix });
  const ids = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  for (const id of ids) stage.scopio.place({ id });
  await eventually(async () => (await dead(`http_${status}`)).length === count, 'every order refused');
  stage.marketful.faults.remove(fault.id);
  return ids;
}

const dead = async (cause: string): Promise<ShownDelivery[]> => stage.deliveries(`state=dead&cause=${cause}&limit=200`);

test('killed again and again in the middle of a replay, each of its deliveries is replayed once and none is lost', async () => {
  const ids = await refused('killed', COUNT);
  const body = { filter: { cause: 'http_422' }, perMinute: 600, reason: 'addresses corrected' };
  // The hub is killed while the replay is being requested; without an answer, one checks whether it is on record, and
  // asks again.
  const asked = stage.hub.send('POST', '/deliveries/replay', body).catch(() => undefined);
  await sleep(40);
  await stage.killAndRestart();
  await asked;
  if ((await replays()).length === 0) await stage.hub.send('POST', '/deliveries/replay', body);
  for (const released of [1, 14, 28]) {
    const met = await eventually(
      async () => (await replays()).find((replay) => replay.released >= released),
      `${released} of them released`,
    );
    expect(met).toMatchObject({ state: 'running', matched: COUNT });
    await stage.killAndRestart();
  }
  const done = await eventually(
    async () => (await replays()).find(({ state }) => state === 'finished'),
    'the replay at its end',
  );
  expect(done).toMatchObject({
    ...{ matched: COUNT, waiting: 0, released: COUNT, pending: 0, succeeded: COUNT, dead: 0 },
    reason: 'addresses corrected',
  });
  expect(ids.map((id) => stage.placements(id))).toEqual(ids.map(() => 1));
  for (const id of ids) {
    const { timeline } = await stage.order(id);
    expect(timeline.filter(({ type }) => type === 'delivery.replayed')).toHaveLength(1);
  }
}, 120_000);

test('a canary meets an outage that is not over: one order is tried, and the rest wait', async () => {
  const ids = await refused('canary', 12, 410);
  stage.marketful.faults.add({ on: PLACE, kind: 'status', times: 'always', status: 410, contains: 'canary' });
  const filter = { cause: 'http_410', connection: 'shed-mx' };
  const response = await stage.hub.send('POST', '/deliveries/replay', { filter, canary: true, perMinute: 6000 });
  const { replayId } = (await response.json()) as { replayId: string };
  const relapsed = await eventually(async () => {
    const replay = await stage.hub.get<ShownReplay>(`/replays/${replayId}`);
    return replay.state === 'relapsed' && replay;
  }, 'the relapse');
  expect(relapsed).toMatchObject({ matched: 12, released: 1, dead: 1, waiting: 11, succeeded: 0 });
  const all = await dead('http_410');
  expect(all).toHaveLength(12);
  expect(all.map(({ attempts }) => attempts.length).sort()).toEqual([...Array(11).fill(1), 2]);

  stage.marketful.faults.clear();
  expect((await stage.hub.send('POST', `/replays/${replayId}/resume`)).status).toBe(200);
  const again = { filter: { order: `${SHOP}:${orderOf(all)}` } };
  expect((await stage.hub.send('POST', '/deliveries/replay', again)).status).toBe(202);
  await eventually(() => ids.every((id) => stage.placements(id) === 1), 'every order placed');
  await eventually(
    async () => (await stage.hub.get<ShownReplay>(`/replays/${replayId}`)).state === 'finished',
    'the canary at its end',
  );
}, 120_000);

/** The order of the delivery that was tried again. */
const orderOf = (all: readonly ShownDelivery[]): string =>
  all.find(({ attempts }) => attempts.length === 2)?.order?.split(':')[1] ?? '';
