import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAULTS_VARIABLE } from '#sandbox/aws/faults/index';
import type { FaultFile, ServiceName } from '#sandbox/aws/faults/plan';
import { eventually, temporaryFolder } from './support/hub.ts';
import { SHED, SHOP, type Stage, startStage } from './support/stage.ts';
import { eventOf, post } from './support/webhook.ts';

const faults = join(temporaryFolder(), 'faults.json');
/** An outage lasts until this many requests were answered in it. */
const ENOUGH = 20;
/** The plan is read again only now and then, and requests may be under way. */
const MARGIN_MS = 600;
const EVERY_MS = 60;
/** With more at once, a hub on a busy machine would fall further and further behind. */
const AT_ONCE = 10;

function write(away: readonly ServiceName[]): void {
  // A message whose work failed comes again after seconds instead of six minutes.
  const file: FaultFile = { seed: 'none', on: false, visibilitySeconds: 4, away };
  writeFileSync(faults, JSON.stringify(file));
}

let stage: Stage;
let shop: ReturnType<typeof sellOn> | undefined;
beforeAll(async () => {
  write([]);
  // A lease taken before the outage ends soon, but not while a worker has it: remotes answer at once here.
  stage = await startStage({ env: { [FAULTS_VARIABLE]: faults, LEASE_SECONDS: '12' } });
});
afterAll(async () => {
  await shop?.stop();
  await stage.stop();
});

type When = ServiceName | 'none' | 'between';

/** A shop that sells without a pause and, like Scopio, sends again what was not answered 200. */
function sellOn() {
  const state: { running: boolean; away: When } = { running: true, away: 'none' };
  const answers: Array<{ from: number; status: number; when: When }> = [];
  /** Waits until a request sent since then was answered with this status. */
  const answered = (status: number, since: number) =>
    eventually(() => answers.some((each) => each.status === status && each.from >= since), `an answer ${status}`);
  const forged: number[] = [];
  let asking = 0;
  const ask = async (body: string, signed: { signature?: string } = {}) => {
    asking += 1;
    const { status } = await post(stage, body, signed).finally(() => (asking -= 1));
    return status;
  };
  const ids: string[] = [];
  const send = async (number: number): Promise<void> => {
    // Every fifth is for the warehouse, the seller ships the others: the speed of pushes is not tested here.
    const address = number % 5 === 0 ? {} : { address_country: 'PL' };
    const [sold] = stage.scopio.place({ address, items: [{ sku: 'MUG-RED', quantity: 1 }], notify: false });
    if (!sold) throw new Error('nothing was sold');
    ids.push(sold.id);
    const body = eventOf(await stage.shown(sold.id));
    for (let status = 0; status !== 200; ) {
      const [from, when] = [Date.now(), state.away];
      status = await ask(body);
      answers.push({ from, status, when: when === state.away ? when : 'between' });
      if (number % 10 === 0) forged.push(await ask(body, { signature: 'f'.repeat(64) }));
      if (status !== 200) await sleep(500);
    }
  };
  const selling = (async () => {
    const sent: Promise<void>[] = [];
    while (state.running) {
      if (asking < AT_ONCE) sent.push(send(sent.length));
      await sleep(EVERY_MS);
    }
    await Promise.all(sent);
  })();
  return {
    ids,
    answers,
    answered,
    forged,
    async while(service: ServiceName) {
      const begun = Date.now();
      write([service]);
      state.away = 'between';
      await sleep(MARGIN_MS);
      await answered(service === 'sqs' ? 503 : 200, begun);
      state.away = service;
      await eventually(
        () => answers.filter(({ when }) => when === service).length >= ENOUGH,
        `answers without ${service}`,
      );
      state.away = 'between';
      const ended = Date.now();
      write([]);
      await sleep(MARGIN_MS);
      await answered(200, ended);
      state.away = 'none';
    },
    async stop() {
      state.running = false;
      await selling;
    },
  };
}

test('AWS away under load: what was answered 200 is never lost, what could not be taken got 503, all converges', async () => {
  shop = sellOn();
  // The hub reads its secrets for the first answer; before that, nothing is answered 200 while they are away.
  await shop.answered(200, 0);
  for (const service of ['secretsmanager', 'sqs', 'dynamodb'] as const) {
    await shop.while(service);
    await sleep(500);
  }
  await shop.stop();

  const { answers } = shop;
  const statuses = (when: When) => [
    ...new Set(answers.filter((each) => each.when === when).map((each) => each.status)),
  ];
  expect(statuses('none')).toEqual([200]);
  // Cached secrets go on working, and a webhook needs no table.
  expect(statuses('secretsmanager')).toEqual([200]);
  expect(statuses('sqs')).toEqual([503]);
  expect(statuses('dynamodb')).toEqual([200]);
  expect(new Set(shop.answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  // Refused, or undecided while the secrets could not be read.
  expect(shop.forged.filter((status) => status !== 401 && status !== 503)).toEqual([]);

  const placed = shop.ids.filter((_, index) => index % 5 === 0);
  expect(placed.length).toBeGreaterThan(10);
  await eventually(() => placed.every((id) => stage.placements(id) > 0), 'every order placed');
  for (const id of placed) stage.marketful.ship(`${SHOP}:${id}`, { carrier: 'DHL' });
  await eventually(() => placed.every((id) => stage.fulfillments(id) > 0), 'every parcel reported');
  for (const id of shop.ids) {
    const order = await stage.order(id);
    expect(order.timeline.filter(({ type }) => type === 'order.received')).toHaveLength(1);
  }
  for (const id of placed) expect([id, stage.placements(id), stage.fulfillments(id)]).toEqual([id, 1, 1]);
  expect(await stage.deliveries(`connection=${SHED}&state=dead`)).toEqual([]);
  expect(await stage.deliveries(`connection=${SHOP}&state=dead`)).toEqual([]);
}, 240_000);
