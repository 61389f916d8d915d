import type { RemoteContext } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import { IntegrationError, NotYetError } from '#lib/platform/errors';
import { publicUrl } from '#lib/platform/settings';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { syncWebhooks } from './sync.ts';
import type { Synced, Watched } from './sync-schema.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Checks once a day that the remote still calls the hub, and registers again what was lost. Only what was there before
 * is repaired, and nobody else's URL is removed for it: that rings for a person. The result is kept until the next
 * check; null if the marketplace does not tell whom it calls.
 */
export async function watchWebhooks(
  connector: Connector,
  remote: RemoteContext,
  known: Watched | null,
  { sync = syncWebhooks, hubUrl = publicUrl } = {},
): Promise<Watched | null> {
  const now = remote.now();
  const isDue = known === null || now.getTime() - Date.parse(known.checkedAt) >= DAY_MS;
  if (!connector.webhookRegistry || !isDue) return known;
  try {
    const hub = hubUrl();
    const found = await sync(connector, remote, { hub, dryRun: true });
    const state = await heal(found, known, () => sync(connector, remote, { hub }));
    if (state === 'repaired' || state === 'lost') ring(connector, found, state);
    return { checkedAt: now.toISOString(), state };
  } catch (error) {
    // The rate limit had no room for it: the next poll checks.
    if (error instanceof NotYetError) return known;
    if (!(error instanceof IntegrationError)) throw error;
    log.warn('webhooks could not be looked at', { connection: remote.connection.id, ...errorFields(error) });
    return { checkedAt: now.toISOString(), state: 'unreadable', ...(hasStood(known) && { stood: true }) };
  }
}

/** Whether some of ours were there when the registry was last read. */
const hasStood = (known: Watched | null): boolean =>
  known?.stood ?? ['registered', 'repaired', 'lost'].includes(known?.state ?? '');

async function heal(
  { webhooks }: Synced,
  known: Watched | null,
  repair: () => Promise<Synced>,
): Promise<Watched['state']> {
  const wrong = webhooks.filter(({ action }) => action === 'create' || action === 'remove');
  if (wrong.length === 0) return 'registered';
  if (!hasStood(known) && !webhooks.some(({ action }) => action === 'keep')) return 'unregistered';
  if (wrong.some(({ isForeign }) => isForeign)) return 'lost';
  const repaired = await repair();
  return repaired.webhooks.some(({ error }) => error !== undefined) ? 'lost' : 'repaired';
}

function ring({ info }: Connector, { connection, webhooks }: Synced, state: string): void {
  const topics = webhooks.filter(({ action }) => action === 'create').map(({ topic }) => topic);
  log.warn('webhooks were lost', { connection, state, topics: topics.join(' ') });
  emitMetric('WebhooksLost', { Marketplace: info.name });
}
