import { queues } from '../lib/topology';
import type { Resources } from './environment';
import { createFunction } from './functions';
import { subscribe } from './queues';

/** The consumers of the queues: ingest, and a pusher for each marketplace. */
export function pushers(resources: Resources): void {
  for (const consumer of new Set(queues.map((queue) => queue.consumer)))
    subscribe(createFunction(consumer, resources), consumer, resources);
}
