import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Connector, Poller } from '#lib/marketplaces/contract';
import { INDEX_SHARDS } from '#lib/platform/names';
import { type InProcess, startInProcess } from './support/in-process.ts';

const shop = { id: 'shop', marketplace: 'scopio', baseUrl: 'http://127.0.0.1:9' };
const file = { connections: [{ ...shop, secrets: { apiKey: 'k', webhookSecret: 'w' }, pollIntervalSeconds: 600 }] };
const START = new Date('2026-11-21T12:00:00.000Z');

let hub: InProcess;
let polling: typeof import('#lib/polling/poll');
let connectors: Record<'scopio' | 'sello', Connector>;
beforeAll(async () => {
  hub = await startInProcess(file);
  polling = await import('#lib/polling/poll');
  const { connector: scopio } = await import('#lib/marketplaces/scopio/index');
  const { connector: sello } = await import('#lib/marketplaces/sello/index');
  connectors = { scopio, sello };
  vi.useFakeTimers({ toFake: ['Date'], now: START });
});
afterEach(() => vi.mocked(console.info).mockClear());
afterAll(async () => {
  vi.useRealTimers();
  await hub.stop();
});

/** Runs a tick for a marketplace this many minutes after the start; returns the lag that it reports. */
async function tick(minutes: number, marketplace: 'scopio' | 'sello' = 'scopio', poll?: Poller['poll']) {
  vi.setSystemTime(START.getTime() + minutes * 60_000);
  const finds = async function* () {
    yield { items: [], resume: null, watermark: String(minutes) };
  };
  await polling.pollMarketplace({ ...connectors[marketplace], poll: poll ?? finds });
  const lines = vi.mocked(console.info).mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
  const told = lines.filter((line) => 'PollerLag' in line);
  vi.mocked(console.info).mockClear();
  return told.map(({ Marketplace, PollerLag }) => [Marketplace, PollerLag]);
}
/** A poll that never gets to its first page. */
const breaksOff: Poller['poll'] = () => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no answer')) }),
});

test('a poller tells at every tick how late its connections are, counted from the last poll that came to its end', async () => {
  expect(await tick(0)).toEqual([['scopio', 0]]);
  expect(await tick(5)).toEqual([['scopio', 0]]);
  expect(await tick(12, 'scopio', breaksOff)).toEqual([['scopio', 120]]);
  expect(await tick(20, 'scopio', breaksOff)).toEqual([['scopio', 600]]);
  expect(await tick(40)).toEqual([['scopio', 1800]]);
  expect(await tick(41)).toEqual([['scopio', 0]]);
});

test('a poller without connections says so too, as its silence means that it does not run', async () => {
  expect(await tick(50, 'sello')).toEqual([['sello', 0]]);
});

test('a minute in which nothing is due writes nothing, and looks once into each shard', async () => {
  const { db } = await import('#lib/platform/table/table');
  const { sweep } = await import('#lib/deliveries/sweep');
  const [written, read] = [vi.spyOn(db, 'update'), vi.spyOn(db, 'query')];
  await tick(42);
  await sweep();
  expect(written).not.toHaveBeenCalled();
  const looks = read.mock.calls.filter(([{ IndexName }]) => IndexName === 'byState');
  expect(looks).toHaveLength(INDEX_SHARDS);
});
