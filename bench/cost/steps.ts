import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { deliveryQueue, ENDPOINT, INBOUND_QUEUE, schedules } from '#lib/topology';
import { connectionsAt, parcelOf, SHED, SHOP, startRemotes } from '../loop/remotes.ts';
import { paidOrder, sign } from '../scopio-event.ts';
import { runFloor } from './floor.ts';
import { type StoredKind, storedByKind } from './storage.ts';
import { openWorld, type Spent, type Step, type World } from './world.ts';

const SIGNING_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`;

/**
 * Takes this many orders through the loop, one step at a time for all: each webhook in its own invocation, queues in
 * batches of at most `batch`.
 */
export async function runSteps(
  orders: number,
  batch: number,
  everySeconds: number,
  onStep: (name: string) => void,
): Promise<{ steps: Step[]; floor: Step[]; ticks: Step; stored: StoredKind[] }> {
  const placed: number[] = [];
  let fulfilled = 0;
  const remotes = await startRemotes({
    onPlaced: (remoteId) => placed.push(remoteId),
    onFulfilled: () => {
      fulfilled += 1;
    },
  });
  const connections = connectionsAt(remotes.url);
  const routes = [{ from: SHOP, match: { country: 'MX' }, to: SHED }];
  const endpoints = [{ id: 'erp', url: `${remotes.url}/hooks`, secrets: { signingSecret: SIGNING_SECRET } }];
  const world = await openWorld({ connections, routes, endpoints }, everySeconds);

  const loop = async (count: number, prefix: string): Promise<Step[]> => {
    const tell = (name: string) => onStep(name);
    const sold = Array.from({ length: count }, (_, index) => paidOrder(`${prefix}_${index}`));
    const begin = placed.length;
    const steps: Step[] = [];
    const step = async (name: string, run: () => Promise<Spent[]>, more: Partial<Step> = {}) => {
      tell(name);
      steps.push({ name, ...more, spent: await run() });
    };
    const each = async <T>(items: readonly T[], send: (item: T) => Promise<Spent>) => {
      const spent: Spent[] = [];
      for (const item of items) spent.push(await send(item));
      return spent;
    };
    const sale = (body: string) =>
      world.call('webhook-scopio', post(`scopio/${SHOP}/order-paid`, body, { 'x-scopio-signature': sign(body) }));
    const parcel = (id: number) => {
      const { path, body } = parcelOf(id);
      return world.call('webhook-marketful', post(path, body));
    };
    const back = { isReturn: true };
    await step('webhook of the sale', () => each(sold, sale), { throughGateway: true });
    await step('order recorded', () => world.work(INBOUND_QUEUE, batch));
    await step('placed with the warehouse', () => world.work(deliveryQueue('marketful'), batch));
    // Lambda gathers records while it is busy; with an order now and then, each commit is told on its own.
    const records = batch === 1 ? 1 : batch * 10;
    const tellSeller = async (prefix: string) => {
      await step(`${prefix}published, and found`, () => world.publish(records), { isSide: true });
      await step(`${prefix}told to an endpoint`, () => world.work(deliveryQueue(ENDPOINT), batch), { isSide: true });
    };
    await tellSeller('');
    const gateway = { ...back, throughGateway: true };
    await step('webhook of the parcel', () => each(placed.slice(begin), parcel), gateway);
    await step('parcel read and recorded', () => world.work(deliveryQueue('marketful'), batch), back);
    await step('told to the shop', () => world.work(deliveryQueue('scopio'), batch));
    await tellSeller('the way back ');
    return steps;
  };

  try {
    // Warms up: a warm instance has settings, secrets and SKUs in its caches, and compiled code.
    const warm = Math.max(20, batch);
    await loop(warm, 'warm');
    fulfilled = 0;
    const steps = await loop(orders, 'ord');
    if (fulfilled !== orders) throw new Error(`${fulfilled} of ${orders} orders came through`);
    const stored = storedByKind(await world.scan(), orders + warm);
    onStep('the clock');
    const ticks = await tick(world);
    onStep('the floor');
    return { steps, floor: await runFloor(world, orders, batch), ticks, stored };
  } finally {
    await world.close();
    await remotes.close();
  }
}

/** Minutes in which every connection is polled once. */
export const INTERVAL = 10;
const INTERVALS = 4;

/**
 * One interval of the clock, whose functions are never idle. Each minute is the fastest of several, as the machine's
 * other work only adds. The first interval does not count, as it still has remains of the loop.
 */
async function tick(world: World): Promise<Step> {
  const { askForPoll } = await import('#lib/polling/cursor');
  const minutes: Spent[][] = [];
  for (let minute = 0; minute < INTERVAL * INTERVALS; minute++) {
    if (minute % INTERVAL === 0) for (const id of [SHOP, SHED]) await askForPoll(id, new Date());
    world.take();
    const spent: Spent[] = [];
    for (const { name, function: ticking, everySeconds } of schedules) {
      const event = { source: 'longshore.schedule', name };
      spent.push(await world.call(ticking, event, everySeconds / schedules.length, everySeconds));
    }
    minutes.push(spent);
  }
  const took = ({ cpuMs, waitMs }: Spent) => cpuMs + waitMs;
  const fastest = Array.from({ length: INTERVAL }, (_, nth) => {
    const same = minutes.filter((_spent, minute) => minute >= INTERVAL && minute % INTERVAL === nth);
    return schedules.flatMap((_each, which) =>
      same.flatMap((spent) => spent[which] ?? []).reduce((a, b) => (took(b) < took(a) ? b : a)),
    );
  });
  return { name: 'a minute of the clock', spent: fastest.flat() };
}

/** API Gateway's payload 2.0. */
const post = (path: string, body: string, headers: Record<string, string> = {}): Partial<APIGatewayProxyEventV2> => ({
  version: '2.0',
  rawPath: `/webhooks/${path}`,
  headers: { 'content-type': 'application/json', ...headers },
  requestContext: { http: { method: 'POST', path: `/webhooks/${path}` } } as APIGatewayProxyEventV2['requestContext'],
  body,
  isBase64Encoded: false,
});
