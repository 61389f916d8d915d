import type { RemoteContext } from '#lib/marketplaces/action';
import type { Connector, RegisteredWebhook, WebhookRegistry } from '#lib/marketplaces/contract';
import { IntegrationError } from '#lib/platform/errors';
import { type HubUrl, hideSecret, hubUrls } from './hub-urls.ts';
import type { ShownStep, Synced } from './sync-schema.ts';

export type { Synced };

interface Options {
  /** The hub's public address. */
  hub: string;
  dryRun?: boolean;
}

/**
 * Registers the hub's URLs at a connection's remote and repairs what is registered there, or says what to paste. A step
 * that the remote refuses is reported and does not stop the others; a list that cannot be read throws.
 */
export async function syncWebhooks(
  { info, webhookRegistry, pasteHint }: Connector,
  context: RemoteContext,
  { hub, dryRun = false }: Options,
): Promise<Synced> {
  const { id: connection, marketplace } = context.connection;
  const { webhookSecret } = context.secrets;
  const wanted = hubUrls(hub, info, connection, webhookSecret);
  // Somebody may have written more behind it.
  const withoutSecret = (url: string): string => (webhookSecret ? url.replaceAll(webhookSecret, '…') : url);
  const hide = (url: string): string =>
    wanted.some((each) => each.url === url) && !info.secretInUrl ? url : hideSecret(withoutSecret(url));
  const about = { connection, marketplace, dryRun };
  if (!webhookRegistry) {
    const webhooks = wanted.map(({ topic, url }) => ({ action: 'paste' as const, topic, url: hide(url) }));
    return { ...about, webhooks, ...(pasteHint !== undefined && { pasteHint }) };
  }
  const webhooks: ShownStep[] = [];
  const { oneUrlPerTopic = false } = webhookRegistry;
  const registered = await webhookRegistry.list(context);
  for (const step of planWebhooks({ hub, wanted, registered, oneUrlPerTopic })) {
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

/** What has to be done at a remote so that it calls the hub, in this order. */
export type Step =
  | { action: 'keep'; topic: string; url: string }
  | { action: 'create'; topic: string; url: string }
  /** One of ours that is outdated or redundant, or (`isForeign`) somebody else's in the way of ours. */
  | { action: 'remove'; topic: string; url: string; id: string; isForeign: boolean }
  /** Somebody else's: none of our business. */
  | { action: 'leave'; topic: string | null; url: string };

interface Situation {
  /** The hub's own address. */
  hub: string;
  wanted: readonly HubUrl[];
  registered: readonly RegisteredWebhook[];
  oneUrlPerTopic: boolean;
}

/** Compares what is registered with what should be. Once carried out, the next plan only keeps and leaves. */
export function planWebhooks({ hub, wanted, registered, oneUrlPerTopic }: Situation): Step[] {
  const steps: Step[] = [];
  for (const { topic, url } of wanted) {
    const all = registered.filter((webhook) => webhook.topic === topic);
    const standing = all.find((webhook) => isSame(webhook.url, url));
    const others = all.filter((webhook) => webhook !== standing);
    const isInTheWay = (webhook: RegisteredWebhook): boolean =>
      (oneUrlPerTopic && !standing) || isSame(webhook.url, url) || isOurs(webhook.url, hub, url);
    const [removed, left] = [others.filter(isInTheWay), others.filter((webhook) => !isInTheWay(webhook))];
    const removals = removed.map((webhook): Step => {
      const isForeign = !isSame(webhook.url, url) && !isOurs(webhook.url, hub, url);
      return { ...webhook, action: 'remove', topic, isForeign };
    });
    const ours: Step = { action: standing ? 'keep' : 'create', topic, url };
    // Where both can exist, no event falls between them.
    steps.push(...(oneUrlPerTopic ? [...removals, ours] : [ours, ...removals]));
    steps.push(...left.map((webhook): Step => ({ action: 'leave', topic, url: webhook.url })));
  }
  const foreign = registered.filter(({ topic }) => !wanted.some((each) => each.topic === topic));
  return [...steps, ...foreign.map(({ topic, url }): Step => ({ action: 'leave', topic, url }))];
}

/** Whether a registered URL is one this hub wants, apart from its last segment, a former secret. */
function isOurs(registered: string, hub: string, wanted: string): boolean {
  const [given, ours, ending] = [parse(registered), parse(hub), parse(wanted)];
  if (!given || !ours || !ending || given.host !== ours.host) return false;
  return parentOf(given.pathname) === parentOf(ending.pathname);
}

/** Whoever edits a URL may leave a slash at its end. */
const parentOf = (path: string): string => path.replace(/\/[^/]*\/*$/, '');

const isSame = (registered: string, wanted: string): boolean => parse(registered)?.href === parse(wanted)?.href;

/** Some vendors show URLs without a scheme. */
function parse(url: string): URL | null {
  return URL.parse(/^[a-z]+:\/\//i.test(url) ? url : `https://${url}`);
}
