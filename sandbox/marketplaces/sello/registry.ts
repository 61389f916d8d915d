import type { Base } from '../base.ts';
import { isSuccess, type WebhookSender } from '../webhook-sender.ts';
import { refuse } from './answers.ts';

export const HOOKS = ['orderNew', 'orderPaid', 'orderUpdated', 'productUpdated', 'productQuantityUpdated'] as const;
export type Hook = (typeof HOOKS)[number];

/** A registered webhook, in the shape in which it is shown; there may be two that are equal. */
export interface Webhook {
  url: string;
  hook: Hook;
}

/** The account's webhooks. */
export type Registry = ReturnType<typeof createRegistry>;

interface Parts {
  base: Base;
  sender: WebhookSender;
  timeoutMs: number;
  /** The body of the test POST: the document does not say. */
  testBody: string;
}

export function createRegistry({ base, sender, timeoutMs, testBody }: Parts) {
  const kept = base.store.collection<Webhook[]>('webhooks');
  const list = (): Webhook[] => kept.get('all') ?? [];

  const test = async ({ url }: Webhook): Promise<void> => {
    const status = await post(url, testBody, timeoutMs);
    const accepted = status !== null && isSuccess(status);
    if (!accepted) throw refuse(400, `The url did not answer with a 2xx status (${status ?? 'no answer'})`);
  };

  return {
    list,
    /** Sets the list as a person would in the account's settings, without tests. */
    set: (webhooks: readonly Webhook[]) => void kept.put('all', [...webhooks]),
    /** Tests the URL with a POST first: without a 2xx nothing changes. */
    async add(given: unknown) {
      const webhook = readWebhook(given);
      await test(webhook);
      return kept.put('all', [...list(), webhook]);
    },
    /** Replaces the whole list, after testing each new entry. */
    async replace(given: unknown) {
      if (!Array.isArray(given)) throw refuse(400, 'The body must be the list of all webhooks');
      const webhooks = given.map(readWebhook);
      const known = new Set(list().map(keyOf));
      const added = new Map(webhooks.filter((one) => !known.has(keyOf(one))).map((one) => [keyOf(one), one]));
      for (const webhook of added.values()) await test(webhook);
      kept.put('all', webhooks);
    },
    notify(hook: Hook, id: number) {
      for (const webhook of list().filter((one) => one.hook === hook))
        sender.send({ topic: hook, url: webhook.url, body: { id } });
    },
  };
}

/** The URL without its last segment and its query: either may hold the secret. */
export const hideSecret = (url: string): string => url.replace(/\?.*$/, '?…').replace(/\/[^/]*$/, '/…');

function readWebhook(given: unknown): Webhook {
  const { url, hook } = (given ?? {}) as Record<string, unknown>;
  const known = HOOKS.find((name) => name === hook);
  if (!known) throw refuse(400, `hook must be one of: ${HOOKS.join(', ')}`);
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
    throw refuse(400, 'url must be a valid HTTP or HTTPS url');
  return { url, hook: known };
}

const keyOf = ({ url, hook }: Webhook): string => `${hook} ${url}`;

async function post(url: string, body: string, timeoutMs: number): Promise<number | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
