import { queues as specs, streams } from '../lib/topology';
import type { Resources } from './environment';
import { logicalName } from './names';

const DAY = 24 * 3600;
/** A message's age counts from its first queue: after a week here it still has a week as a dead letter. */
const RETENTION_SECONDS = 7 * DAY;
const DEAD_LETTER_RETENTION_SECONDS = 14 * DAY;

/** Every queue of the topology and its dead-letter queue, and those of the streams, by name. */
export function queues(): ReadonlyMap<string, sst.aws.Queue> {
  const ofStreams = streams.map(({ onFailureQueue: name }) => [name, createDeadLetterQueue(name)] as const);
  return new Map([
    ...ofStreams,
    ...specs.flatMap(({ name, deadLetterQueue, visibilityTimeoutSeconds, maxReceiveCount }) => {
      const deadLetters = createDeadLetterQueue(deadLetterQueue);
      const queue = new sst.aws.Queue(logicalName(name), {
        visibilityTimeout: `${visibilityTimeoutSeconds} seconds`,
        dlq: { queue: deadLetters.arn, retry: maxReceiveCount },
        transform: { queue: { messageRetentionSeconds: RETENTION_SECONDS, sqsManagedSseEnabled: true } },
      });
      return [
        [name, queue],
        [deadLetterQueue, deadLetters],
      ] as const;
    }),
  ]);
}

export const createDeadLetterQueue = (name: string): sst.aws.Queue =>
  new sst.aws.Queue(logicalName(name), {
    transform: { queue: { messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS, sqsManagedSseEnabled: true } },
  });

/** Lets a function consume its queue; only the messages it reports as failed are received again. */
export function subscribe(consumer: sst.aws.Function, name: string, { queues }: Resources): void {
  for (const spec of specs.filter((each) => each.consumer === name)) {
    queues.get(spec.name)?.subscribe(consumer.arn, {
      batch: { size: spec.batchSize, partialResponses: true },
      transform: { eventSourceMapping: { scalingConfig: { maximumConcurrency: spec.maximumConcurrency } } },
    });
  }
}
