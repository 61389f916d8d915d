import { marketplaces } from '../lib/marketplaces/registry';
import type { Resources } from './environment';
import type { Gateway } from './gateway';
import { setting } from './settings';

/**
 * The function behind each marketplace's webhooks. By default nothing is reserved for them: the queues' consumers are
 * bounded, which leaves them the rest of the account's concurrency, and a new account may have so little of it that a
 * reservation is refused.
 */
export function webhooks(resources: Resources, gateway: Gateway): void {
  const reserved = setting('WEBHOOK_CONCURRENCY');
  const more = reserved ? { concurrency: { reserved: Number(reserved) } } : {};
  for (const { name, topics } of marketplaces)
    if (topics.length > 0) gateway.addRoutes(`webhook-${name}`, resources, more);
}
