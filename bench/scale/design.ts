import { CONFIG_TTL_MS } from '#lib/connections/store';
import { RUNG_TOGETHER } from '#lib/deliveries/ring';
import { lookFor, ringsFor } from '#lib/deliveries/sweep';
import { type Pace, paceOf } from '#lib/platform/rate-limit/gcra';
import { awayPolicy, httpTimeoutMs, type RetryPolicy, retryPolicy, sweepIntervalSeconds } from '#lib/platform/settings';
import { MAX_OPEN, MAX_PER_MINUTE } from '#lib/replays/schedule';
import {
  deliveryQueue,
  type FunctionSpec,
  functions,
  INBOUND_QUEUE,
  INDEX_SHARDS,
  type QueueSpec,
  queues,
  routes,
  webhookLimit,
} from '#lib/topology';

/** The `WEBHOOK_LIMIT` that docs/scale.md recommends for a million orders an hour. */
const RAISED_WEBHOOK_LIMIT = 3000;

/** The numbers that we chose, for the simulation: from the code, or others to try. */
export interface Design {
  /** Partitions of an index for one kind and connection. */
  shards: number;
  retry: RetryPolicy;
  away: ReturnType<typeof awayPolicy>;
  httpTimeoutSeconds: number;
  paceOf: (requestsPerMinute: number) => Pace;
  /** Requests a second that each marketplace's webhook route accepts, and its burst. */
  webhookThrottle: { rate: number; burst: number };
  webhookMemoryMb: number;
  consumers: ReadonlyMap<string, ConsumerDesign>;
  /**
   * `rings`: a sweep's rings for a connection, by what is due, the queue's length and how many connections share both.
   */
  sweep: {
    everySeconds: number;
    rings: (due: number, queued: number, connections: number) => number;
    /** Deliveries that one message rings for, if they were due later than SQS can delay a message. */
    rungTogether: number;
    timeoutSeconds: number;
    memoryMb: number;
  };
  /** The fastest pace that an operator may ask for, and how many members of a replay are open at once. */
  replay: { perMinute: number; maxOpen: number };
  /** Seconds for which a worker caches the connections' settings. */
  configurationSeconds: number;
}

export interface ConsumerDesign {
  batchSize: number;
  maximumConcurrency: number;
  memoryMb: number;
}

export function presentDesign(): Design {
  const webhook = routes.find(({ function: name }) => name.startsWith('webhook-'));
  if (!webhook) throw new Error('the topology has no webhook route');
  const { requestsPerSecond: rate, burst } = webhookLimit(RAISED_WEBHOOK_LIMIT);
  return {
    shards: INDEX_SHARDS,
    retry: retryPolicy(),
    away: awayPolicy(),
    httpTimeoutSeconds: httpTimeoutMs() / 1000,
    paceOf,
    webhookThrottle: { rate, burst },
    webhookMemoryMb: functionNamed(webhook.function).memoryMb,
    consumers: new Map(queues.map((queue) => [queue.name, consumerOf(queue)])),
    sweep: {
      everySeconds: sweepIntervalSeconds(),
      // A sweep looks at the oldest of each shard, and at as many from a place of its own.
      rings: (due, queued, connections) =>
        Math.min(2 * INDEX_SHARDS * lookFor(queued, connections), ringsFor(due, queued) / connections),
      rungTogether: RUNG_TOGETHER,
      timeoutSeconds: functionNamed('sweeper').timeoutSeconds,
      memoryMb: functionNamed('sweeper').memoryMb,
    },
    replay: { perMinute: MAX_PER_MINUTE, maxOpen: MAX_OPEN },
    configurationSeconds: CONFIG_TTL_MS / 1000,
  };
}

const consumerOf = ({ consumer, batchSize, maximumConcurrency }: QueueSpec): ConsumerDesign => ({
  ...{ batchSize, maximumConcurrency },
  memoryMb: functionNamed(consumer).memoryMb,
});

function functionNamed(name: string): FunctionSpec {
  const spec = functions.find((each) => each.name === name);
  if (!spec) throw new Error(`the topology has no function ${name}`);
  return spec;
}

export const inboundConsumer = INBOUND_QUEUE;
export const consumerFor = deliveryQueue;
