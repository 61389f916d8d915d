import { AWS } from './aws.ts';
import type { ConsumerDesign } from './design.ts';
import { sum } from './pool.ts';
import { GATHER_SECONDS } from './world.ts';

/** One sort of message in a second's work. */
export interface Sort {
  count: number;
  /** Seconds of waiting for AWS and for remotes. */
  waits: number;
  /** Seconds of a whole CPU. */
  cpu: number;
}

export type Consumer = ReturnType<typeof createConsumer>;

/** A queue's function and its event source mapping. */
export function createConsumer(settings: ConsumerDesign | undefined) {
  if (!settings) throw new Error('the design has no consumer for a queue');
  const { batchSize, maximumConcurrency, memoryMb } = settings;
  const cpus = memoryMb / AWS.lambda.megabytesPerCpu;
  let invocations: number = Math.min(AWS.mapping.first, maximumConcurrency);
  let secondsEach = 0.1;
  return {
    /** How many messages it can take this second. */
    capacity: () => (invocations * batchSize) / secondsEach,
    /**
     * Records this second's work, in how many messages it came, and how many of those are left; returns the invocations
     * that were busy.
     */
    work(sorts: readonly Sort[], left: number, messages = sum(sorts.map(({ count }) => count))): number {
      const count = sum(sorts.map((sort) => sort.count));
      if (count <= 0) return 0;
      const together = count / messages;
      const fill =
        left > 0 ? batchSize : Math.min(batchSize, Math.max(1, (messages * GATHER_SECONDS) / AWS.mapping.first));
      const took = batchSeconds(sorts, fill * together, cpus);
      secondsEach = batchSeconds(sorts, batchSize * together, cpus);
      const busy = Math.min(invocations, (messages / fill) * took);
      const wanted = left > 0 ? maximumConcurrency : Math.max(AWS.mapping.first, Math.ceil(busy * 1.2));
      const grown = Math.min(maximumConcurrency, invocations + AWS.mapping.morePerSecond);
      invocations = wanted > invocations ? Math.min(wanted, grown) : Math.max(wanted, invocations - 1);
      invocations = Math.min(invocations, maximumConcurrency);
      return busy;
    },
  };
}

/** Seconds for a batch: messages wait side by side, so the slowest one counts; their CPU time adds up. */
export function batchSeconds(sorts: readonly Sort[], size: number, cpus: number): number {
  const total = sorts.reduce((sum, { count }) => sum + count, 0);
  if (total <= 0) return 0;
  let below = 0;
  let slowest = 0;
  let work = 0;
  for (const { count, waits, cpu } of [...sorts].sort((a, b) => a.waits - b.waits)) {
    const upTo = below + count / total;
    slowest += waits * (Math.min(1, upTo) ** size - below ** size);
    work += (cpu * count) / total;
    below = Math.min(1, upTo);
  }
  return slowest + (size * work) / cpus;
}
