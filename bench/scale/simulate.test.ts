import { describe, expect, test } from 'vitest';
import { type Design, presentDesign } from './design.ts';
import type { Result } from './record.ts';
import type { Outage, Scenario, SellerSpec } from './scenarios.ts';
import { simulate } from './simulate.ts';
import { withTries } from './try.ts';
import { drainSeconds, holds, judge } from './verdict.ts';

const HOUR = 3600;

const seller = (name: string, ordersPerSecond: number, requestsPerMinute = 60_000): SellerSpec => ({
  ...{ name, count: 1, ordersPerSecond },
  channel: { marketplace: 'scopio', requestsPerMinute },
  shipper: { marketplace: 'marketful', requestsPerMinute },
});
const elsewhere: SellerSpec = {
  ...seller('elsewhere', 1),
  channel: { marketplace: 'sello', requestsPerMinute: 60_000 },
  shipper: { marketplace: 'shoppo', requestsPerMinute: 60_000 },
};

const run = (more: Partial<Scenario>, changes: Partial<Design> = {}): Result =>
  simulate(
    { name: 'test', title: 'test', seconds: 3 * HOUR, sellers: [seller('one', 10)], seed: 7, ...more },
    { ...presentDesign(), ...changes },
  );

const away = (more: Partial<Outage> = {}): Outage => ({
  ...{ marketplace: 'marketful', from: HOUR, until: 2 * HOUR, answers: 'refuses' },
  ...more,
});

describe('where nothing fails', () => {
  const { totals, lost, heats, peaks } = run({ sellers: [seller('one', 10), elsewhere] });

  test('every order is told of an hour later, and none is lost from sight', () => {
    expect(totals.finished).toBeGreaterThan(11 * 2 * HOUR * 0.96);
    expect(totals.finished).toBeLessThanOrEqual((totals.sold ?? 0) * 1.000001);
    expect(lost).toBeCloseTo(0, 3);
  });

  test('an order is as many deliveries as its marketplaces ask for', () => {
    // The last hour's are on their way. Scopio and Marketful: place, three reads, report; Sello and Shoppo: two reads, place, one read, two reports.
    const perOrder = (totals.attempts ?? 0) / (totals.sold ?? 1);
    expect(perOrder).toBeGreaterThan(5 * (2 / 3));
    expect(perOrder).toBeLessThan(5.2);
    expect(totals).toMatchObject({ died: 0, turnedAway: 0, spareRings: 0, refusedWebhooks: 0 });
  });

  test('a partition takes its part of what is written', () => {
    const { shards } = presentDesign();
    const due = heats.find(({ key }) => key === 'due#one@marketful');
    // Four deliveries for each order, each written when it is opened and when it is done.
    expect((due?.total ?? 0) / 3 / HOUR).toBeGreaterThan((10 * 8 * 0.7) / shards);
    expect((due?.total ?? 0) / 3 / HOUR).toBeLessThan((10 * 8) / shards);
    expect(Math.max(...Object.values(peaks.delay))).toBeLessThan(5);
  });
});

describe('a marketplace that is down', () => {
  const outage = { sellers: [seller('one', 10), elsewhere], outage: away() };
  const never = withTries(presentDesign(), ['away=1e12']);
  const refused = run(outage, never);

  test('kills, where nobody counts it as away, what has been tried for a quarter of an hour', () => {
    const expected = 10 * (HOUR - 900);
    // And the reads that were called for earlier.
    expect(refused.totals.died).toBeGreaterThan(expected * 0.98);
    expect(refused.totals.died).toBeLessThan(expected * 1.1);
    expect(refused.totals.replayed).toBeCloseTo(refused.totals.died ?? 0, 0);
    expect(refused.lost).toBeCloseTo(0, 3);
    expect(refused.recoveredAfter).toBeGreaterThan(900);
  });

  test('kills nothing once it counts as away, and all is done in the end', () => {
    const { totals, lost, recoveredAfter } = run(outage);
    expect(totals.died).toBeLessThan((refused.totals.died ?? 0) * 0.01);
    expect(totals.turnedAway).toBeGreaterThan(0);
    expect(lost).toBeCloseTo(0, 3);
    expect(recoveredAfter).toBeLessThan(2 * HOUR);
  });

  test('holds up nobody at other marketplaces', () => {
    const delays = Object.entries(refused.peaks.delay).filter(([name]) => name.startsWith('elsewhere'));
    expect(delays.length).toBeGreaterThan(0);
    for (const [name, seconds] of delays) expect(seconds, name).toBeLessThan(2);
  });

  test('that never answers keeps every worker waiting until it counts as away, and loses nothing', () => {
    const pushers = presentDesign().consumers.get('marketful-deliveries')?.maximumConcurrency ?? 0;
    const hung = run({ sellers: [seller('one', 60)], outage: away({ answers: 'never' }), seconds: 5 * HOUR });
    expect(hung.totals.died).toBe(0);
    expect(hung.peaks.busy['pusher-marketful']).toBeCloseTo(pushers, 0);
    expect(hung.lost).toBeCloseTo(0, 3);
  });
});

test('a limit below what comes in is kept to, and what it holds up waits in line and is turned away little', () => {
  const { totals, fullestMinute, lost, samples } = run({ sellers: [seller('one', 10, 1_200)] });
  for (const [name, { requests, limit }] of Object.entries(fullestMinute))
    expect(requests, name).toBeLessThanOrEqual(limit + 1);
  expect(samples.at(-1)?.waiting.marketful).toBeGreaterThan(70_000);
  expect((totals.turnedAway ?? 0) / (totals.attempts ?? 1)).toBeLessThan(4);
  expect(lost).toBeCloseTo(0, 3);
});

test('webhooks of an order whose read still waits are one read: a remote that is behind is asked for less', () => {
  const { samples, fullestMinute } = run({ sellers: [seller('one', 10, 1_800)], seconds: 8 * HOUR });
  const finishedAt = (hour: number) => samples[hour * 60 - 1]?.finished ?? 0;
  const requests = (fullestMinute['one@marketful']?.requests ?? 0) * 60;
  expect(requests / (finishedAt(8) - finishedAt(7))).toBeLessThan(3.5);
});

test('what the limits alone hold up is what an outage left over what is free', () => {
  // 36,000 orders of four requests each; 40 of 1,000 requests a second are in use.
  expect(drainSeconds(seller('one', 10), away())).toBeCloseTo((HOUR * 40) / 960);
});

describe('numbers that do not do are found', () => {
  const failing = (...tries: string[]) => {
    const design = withTries(presentDesign(), tries);
    const sellers = [seller('giant', 140, 67_000)];
    return judge(run({ sellers, seconds: 1.5 * HOUR }, design), design)
      .filter((each) => !holds(each))
      .map(({ name }) => name);
  };

  test.each([
    ['one partition for all of a connection', 'shards=1', 'hottest partition of an index'],
    ['a route that lets in too little', 'webhooks=100', 'webhooks refused'],
    ['too few invocations', 'pushers=5', 'wait of who has no part in it'],
    ['more invocations than an account has', 'pushers=300', 'invocations allowed'],
  ])('%s', (_what, change, name) => {
    expect(failing(change)).toContain(name);
  });

  test('and the present ones do', () => expect(failing()).toEqual([]));

  test('and one that cannot be tried is refused by name', () => {
    expect(() => withTries(presentDesign(), ['sherds=2'])).toThrow(/sherds=2/);
    expect(() => withTries(presentDesign(), ['shards=few'])).toThrow(/shards=few/);
  });
});
