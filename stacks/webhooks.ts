import { marketplaces } from '../lib/marketplaces/registry';
import type { Resources } from './environment';
import type { Gateway } from './gateway';
import { setting } from './settings';

/**
 * The function behind each marketplace's webhooks. Nothing is reserved for them by default: the consumers of the queues
 * are bounded, which leaves the rest of the account's concurrency to them, and a new account may have so little of it
 * that a reservation is refused.
 */
export function webhooks(resources: Resources, gateway: Gateway): void {
  const reserved = setting('WEBHOOK_CONCURRENCY');
  const more = reserved ? { concurrency: { reserved: Number(reserved) } } : {};
  for (const { name, topics } of marketplaces)
    if (topics.length > 0) gateway.addRoutes(`webhook-${name}`, resources, more);
}
