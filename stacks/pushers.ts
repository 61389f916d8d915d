import { queues } from '../lib/topology';
import type { Resources } from './environment';
import { createFunction } from './functions';
import { logicalName } from './names';
import { subscribe } from './queues';

/** The consumers of the queues: ingest, and a pusher for each marketplace. */
export function pushers(resources: Resources): void {
  for (const consumer of new Set(queues.map((queue) => queue.consumer))) {
    const target = createFunction(consumer, resources);
    subscribe(target, consumer, resources);
    allowRecursion(target, consumer);
  }
}

/**
 * A pusher rings its own queue for a delivery that waits, as often as a remote asks for patience. Lambda takes a chain of
 * 16 such invocations for a loop and drops the next one; the ledger ends these loops by itself, after 24 hours at most.
 */
const allowRecursion = (consumer: sst.aws.Function, name: string) =>
  new aws.lambda.FunctionRecursionConfig(`${logicalName(name)}Recursion`, {
    functionName: consumer.name,
    recursiveLoop: 'Allow',
  });
