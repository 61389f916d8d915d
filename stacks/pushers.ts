import { functions, queues } from '../lib/topology';
import type { Resources } from './environment';
import { createFunction } from './functions';
import { logicalName } from './names';
import { subscribe } from './queues';

/** The consumers of the queues: ingest, and a pusher for each marketplace. */
export function pushers(resources: Resources): void {
  const consumers = new Set(queues.map(({ consumer }) => consumer));
  for (const { name, recursion } of functions.filter((each) => consumers.has(each.name))) {
    const consumer = createFunction(name, resources);
    subscribe(consumer, name, resources);
    if (recursion === 'allow')
      new aws.lambda.FunctionRecursionConfig(`${logicalName(name)}Recursion`, {
        functionName: consumer.name,
        recursiveLoop: 'Allow',
      });
  }
}
