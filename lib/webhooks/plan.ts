import type { RegisteredWebhook } from '#lib/marketplaces/contract';
import type { HubUrl } from './hub-urls.ts';

/** What has to be done at a remote for it to call the hub, in this order. */
export type Step =
  | { action: 'keep'; topic: string; url: string }
  | { action: 'create'; topic: string; url: string }
  /** One of ours that is no longer true, one too many, or (`isForeign`) somebody else's in the way of ours. */
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
    // Where both can stand, no event falls between them.
    steps.push(...(oneUrlPerTopic ? [...removals, ours] : [ours, ...removals]));
    steps.push(...left.map((webhook): Step => ({ action: 'leave', topic, url: webhook.url })));
  }
  const foreign = registered.filter(({ topic }) => !wanted.some((each) => each.topic === topic));
  return [...steps, ...foreign.map(({ topic, url }): Step => ({ action: 'leave', topic, url }))];
}

/** Whether a registered URL is a wanted one of this hub but for its last segment, which is a former secret. */
function isOurs(registered: string, hub: string, wanted: string): boolean {
  const [given, ours, ending] = [parse(registered), parse(hub), parse(wanted)];
  if (!given || !ours || !ending || given.host !== ours.host) return false;
  return parentOf(given.pathname) === parentOf(ending.pathname);
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const isSame = (registered: string, wanted: string): boolean => parse(registered)?.href === parse(wanted)?.href;

/** Vendors show URLs without a scheme, too. */
function parse(url: string): URL | null {
  return URL.parse(/^[a-z]+:\/\//i.test(url) ? url : `https://${url}`);
}
