import type { RemoteContext } from '#lib/marketplaces/action';
import type { Connector, WebhookRegistry } from '#lib/marketplaces/contract';
import { IntegrationError } from '#lib/platform/errors';
import { type HubUrl, hideSecret, hubUrls } from './hub-urls.ts';
import { planWebhooks, type Step } from './plan.ts';
import type { ShownStep, Synced } from './sync-schema.ts';

export type { Synced };

interface Options {
  /** The hub's public address. */
  hub: string;
  dryRun?: boolean;
}

/**
 * Registers the hub's URLs at a connection's remote and repairs what is registered there, or says what to paste.
 * A step the remote refuses is told and does not keep it from the others; a list that cannot be read throws.
 */
export async function syncWebhooks(
  { info, webhookRegistry, pasteHint }: Connector,
  context: RemoteContext,
  { hub, dryRun = false }: Options,
): Promise<Synced> {
  const { id: connection, marketplace } = context.connection;
  const { webhookSecret } = context.secrets;
  const wanted = hubUrls(hub, info, connection, webhookSecret);
  const hide = (url: string): string =>
    wanted.some((each) => each.url === url) && !info.secretInUrl ? url : hideSecret(url);
  const about = { connection, marketplace, dryRun };
  if (!webhookRegistry) {
    const webhooks = wanted.map(({ topic, url }) => ({ action: 'paste' as const, topic, url: hide(url) }));
    return { ...about, webhooks, ...(pasteHint !== undefined && { pasteHint }) };
  }
  const webhooks: ShownStep[] = [];
  for (const step of await planAt(webhookRegistry, context, hub, wanted)) {
    const error = dryRun ? undefined : await carryOut(step, webhookRegistry, context);
    const { action, topic, url } = step;
    // Vendors may repeat the URL in their refusals.
    const shown = error?.replaceAll(webhookSecret ?? url, '…');
    const isForeign = step.action === 'remove' && step.isForeign;
    webhooks.push({
      ...{ action, topic, url: hide(url) },
      ...(isForeign && { isForeign }),
      ...(shown !== undefined && { error: shown }),
    });
  }
  return { ...about, webhooks };
}

async function planAt(
  registry: WebhookRegistry,
  context: RemoteContext,
  hub: string,
  wanted: readonly HubUrl[],
): Promise<Step[]> {
  const registered = await registry.list(context);
  return planWebhooks({ hub, wanted, registered, oneUrlPerTopic: registry.oneUrlPerTopic ?? false });
}

async function carryOut(step: Step, registry: WebhookRegistry, context: RemoteContext): Promise<string | undefined> {
  try {
    if (step.action === 'create') await registry.create(context, step.topic, step.url);
    if (step.action === 'remove') await registry.remove(context, step.id);
    return undefined;
  } catch (error) {
    if (error instanceof IntegrationError) return error.message;
    throw error;
  }
}
