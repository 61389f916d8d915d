import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BudgetSpentError, RejectedError } from '#lib/platform/errors';
import { table } from '#lib/topology';
import { presentDesign } from '../bench/scale/design.ts';
import { createHeatMap } from '../bench/scale/heat.ts';
import type { Side } from '../bench/scale/seller.ts';
import { countWrites, type Moves, noMoves, PARTITIONS } from '../bench/scale/writes.ts';
import type { InProcess } from './support/in-process.ts';
import { fake, open, read, refused, startWorkers } from './support/workers.ts';

let hub: InProcess;
/** Nothing is fetched here. */
const ingest = async () => {};
let workDelivery: typeof import('#lib/attempts/work').workDelivery;
beforeAll(async () => {
  hub = await startWorkers();
  ({ workDelivery } = await import('#lib/attempts/work'));
});
afterAll(() => hub.stop());

type Entries = Map<string, string>;

const isPartition = (kind: string): boolean => (PARTITIONS as readonly string[]).includes(kind);

/** Each item's place in each index. */
async function entries(): Promise<Entries> {
  const { Items = [] } = await new DynamoDBClient({}).send(new ScanCommand({ TableName: process.env.TABLE_NAME }));
  return new Map(
    Object.entries(table.indexes).flatMap(([index, { hashKey, rangeKey }]) =>
      Items.filter((item) => item[hashKey]).map((item): [string, string] => [
        `${index} ${item.pk?.S} ${item.sk?.S}`,
        `${item[hashKey]?.S} ${item[rangeKey]?.S}`,
      ]),
    ),
  );
}

/** Index writes by kind of partition: one for each entry added, one for each removed. */
function writesBetween(before: Entries, after: Entries): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (entry: string | undefined) => {
    if (entry === undefined) return;
    const kind = entry.split('#')[0] ?? '';
    if (isPartition(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  };
  for (const item of new Set([...before.keys(), ...after.keys()]))
    if (before.get(item) !== after.get(item)) for (const entry of [before.get(item), after.get(item)]) count(entry);
  return counts;
}

/** The same writes as the simulation counts them. */
function simulated(moves: Partial<Moves>): Record<string, number> {
  const heat = createHeatMap();
  const side = { name: 'one', count: 1 } as Side;
  countWrites(heat, side, { ...noMoves(), ...moves }, { ...presentDesign(), shards: 1 });
  heat.tick();
  return Object.fromEntries(
    heat
      .list()
      .map(({ key, total }) => [key.split('#')[0] ?? '', total] as const)
      .filter(([kind, total]) => isPartition(kind) && total > 0),
  );
}

let before: Entries;
let id: string;
beforeEach(async () => {
  id = await open();
  before = await entries();
});

const written = async () => writesBetween(before, await entries());
const workWith = (push: Parameters<typeof fake>[0]) => workDelivery(id, { connector: fake(push).connector, ingest });
const notYet = () => Promise.reject(new BudgetSpentError('shed-a', 5_000));
const hopeless = () => Promise.reject(new RejectedError({ code: 'http_422', description: 'no' }));

test('a delivery that is opened, with the order it is for', async () => {
  await open();
  expect(await written()).toEqual(simulated({ opened: 1, ordered: 1 }));
});

test('one that is leased: nothing', async () => {
  const { leaseDue } = await import('#lib/deliveries/ledger');
  await leaseDue(id, 'marketful', new Date());
  expect(await read(id)).toMatchObject({ state: 'leased' });
  expect(await written()).toEqual(simulated({ leased: 1 }));
});

test.each<[string, Parameters<typeof fake>[0], Partial<Moves>]>([
  ['that succeeds and places an order', {}, { leased: 1, succeeded: 1, placed: 1 }],
  ['that fails and is tried again', { push: refused }, { leased: 1, retried: 1 }],
  ['that dies', { push: hopeless }, { leased: 1, died: 1 }],
  ['that is turned away', { push: notYet }, { leased: 1, turnedAway: 1 }],
])('one %s', async (_what, push, moves) => {
  await workWith(push);
  expect(await written()).toEqual(simulated(moves));
});

test('one that is dead and replayed', async () => {
  await workWith({ push: hopeless });
  before = await entries();
  const { replayDelivery } = await import('#lib/replays/start');
  await replayDelivery(await read(id), { by: 'test', reason: null, perMinute: 60, canary: false });
  expect(await written()).toEqual(simulated({ reopened: 1 }));
});
