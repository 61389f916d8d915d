import { AWS } from './aws.ts';
import type { Design } from './design.ts';
import type { Result } from './record.ts';
import { type Outage, requestsPerOrder, type Scenario, type SellerSpec } from './scenarios.ts';
import { CONNECTION_BYTES, cpu, waits } from './world.ts';
import { ITEMS, PARTITIONS, TABLE } from './writes.ts';

/** Something that must hold, and its present value. Smaller is better. */
export interface Criterion {
  name: string;
  value: number;
  limit: number;
  unit: string;
  /** The queue, key or connection with this value. */
  of?: string;
}

export const holds = ({ value, limit }: Criterion): boolean => value <= limit;

/** The share of an AWS limit that may be used: the rest is for the unforeseen. */
const SHARE = 0.8;
/** Nobody notices a wait of a minute. */
const PATIENCE_SECONDS = 60;
/** A backlog may take this many times what the remotes' limits alone would take. */
const DRAIN = 4 / 3;

/** Every criterion of a run with these numbers. */
export function judge(result: Result, design: Design): Criterion[] {
  const { totals, heats, peaks, fullestMinute, lost, scenario } = result;
  const attempts = totals.attempts ?? 0;
  const bystanders = new Set(scenario.sellers.filter((seller) => !isTouched(seller, scenario)).map(({ name }) => name));
  const fullest = Object.entries(fullestMinute).map(([of, { requests, limit }]) => ({ of, value: requests / limit }));
  const heat = (name: string, kinds: readonly string[], most: number = AWS.partition.writeUnits): Criterion => {
    const hottest = heats.find(({ key }) => kinds.includes(key.split('#')[0] ?? ''));
    const limit = most * SHARE;
    return { name, value: hottest?.peak ?? 0, limit, unit: 'WCU/s', ...(hottest && { of: hottest.key }) };
  };
  const most = (name: string, of: ReadonlyArray<{ of: string; value: number }>, limit: number, unit: string) => ({
    ...(of.toSorted((a, b) => b.value - a.value)[0] ?? { value: 0 }),
    ...{ name, limit, unit },
  });
  const delays = Object.entries(peaks.delay).map(([of, value]) => ({ of, value }));
  const webhooks = Object.entries(peaks.webhooks).map(([of, value]) => ({ of, value }));
  const invocations = (peaks.busy['all consumers'] ?? 0) + receiving(webhooks, design);
  const caps = [...design.consumers.values()];
  return [
    { name: 'orders lost', value: Math.abs(lost), limit: 0.01 * (totals.sold ?? 0) ** 0.5, unit: '' },
    { name: 'webhooks refused', value: totals.refusedWebhooks ?? 0, limit: 0, unit: '' },
    most('requests in a minute', fullest, 1, 'x limit'),
    heat('hottest partition of an index', PARTITIONS),
    heat('hottest partition of the table', ITEMS),
    heat('the table as a whole', [TABLE], AWS.table.writeUnits),
    {
      name: 'reads of the configuration',
      value: (peaks.busy['all consumers'] ?? 0) * readsOfConfiguration(scenario, design),
      limit: AWS.partition.readUnits * SHARE,
      unit: 'RCU/s',
    },
    { name: 'invocations at work', value: invocations, limit: AWS.lambda.concurrency * SHARE, unit: '' },
    {
      name: 'invocations allowed',
      value: caps.reduce((sum, each) => sum + each.maximumConcurrency, 0),
      limit: AWS.lambda.concurrency * SHARE,
      unit: '',
    },
    {
      name: 'messages in flight',
      value: Math.max(...caps.map((each) => each.maximumConcurrency * each.batchSize)),
      limit: AWS.sqs.inFlight,
      unit: '',
    },
    { name: 'wait on the inbound queue', value: peaks.delay.inbound ?? 0, limit: PATIENCE_SECONDS, unit: 's' },
    most(
      'wait of who has no part in it',
      delays.filter(({ of }) => bystanders.has(of.split('@')[0] ?? '')),
      PATIENCE_SECONDS,
      's',
    ),
    { name: 'a sweep', value: peaks.sweepSeconds, limit: design.sweep.timeoutSeconds * SHARE, unit: 's' },
    { name: 'rings for nothing', value: (totals.spareRings ?? 0) / attempts, limit: 0.2, unit: 'x attempts' },
    { name: 'turned away', value: (totals.turnedAway ?? 0) / attempts, limit: 1, unit: 'x attempts' },
    ...recovery(result),
  ];
}

const isTouched = ({ channel, shipper }: SellerSpec, { outage }: Scenario): boolean =>
  outage !== undefined && [channel.marketplace, shipper.marketplace].includes(outage.marketplace);

const receiving = (webhooks: ReadonlyArray<{ value: number }>, { webhookMemoryMb }: Design): number => {
  const seconds = waits.webhook + cpu.webhook / (webhookMemoryMb / AWS.lambda.megabytesPerCpu);
  return webhooks.reduce((sum, { value }) => sum + value * seconds, 0);
};

/** Units a second that busy invocations read of the one partition with all connections. */
const readsOfConfiguration = ({ sellers }: Scenario, { configurationSeconds }: Design): number => {
  const connections = sellers.reduce((sum, { count }) => sum + 2 * count, 0);
  return Math.ceil((connections * CONNECTION_BYTES) / 4096) / configurationSeconds;
};

function recovery({ scenario, recoveredAfter }: Result): Criterion[] {
  const { outage, sellers } = scenario;
  if (!outage) return [];
  const held = sellers.filter((seller) => isTouched(seller, scenario)).map((seller) => drainSeconds(seller, outage));
  const limit = DRAIN * Math.max(...held);
  return [
    {
      name: 'until all is done',
      value: (recoveredAfter ?? Number.POSITIVE_INFINITY) / 3600,
      limit: limit / 3600,
      unit: 'h',
    },
  ];
}

/** How long sellers' limits alone delay what an outage left: its orders, divided by what is free of the limit. */
export function drainSeconds(
  { count, ordersPerSecond, channel, shipper }: SellerSpec,
  { from, until }: Pick<Outage, 'from' | 'until'>,
): number {
  const perOrder = requestsPerOrder(channel.marketplace, shipper.marketplace);
  const ends = [
    { needs: perOrder.channel, allowed: channel.requestsPerMinute / 60 },
    { needs: perOrder.shipper, allowed: shipper.requestsPerMinute / 60 },
  ].map(({ needs, allowed }) => ({ needs: (needs * ordersPerSecond) / count, allowed }));
  return Math.max(...ends.map(({ needs, allowed }) => ((until - from) * needs) / (allowed - needs)));
}
