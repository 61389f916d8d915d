import { createBase, type SandboxOptions } from '../base.ts';
import type { Failure } from '../fault-hooks.ts';
import { serve } from '../server.ts';
import type { Collection } from '../store.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import { failed, presentedKey, serveApi } from './api.ts';
import { type Profile, type ProfileSetting, readReceived, serveScopioControl } from './control.ts';
import { DIALECTS } from './dialects.ts';
import type { Order } from './order.ts';
import type { PlaceOrder } from './schema.ts';
import { createShop } from './shop.ts';
import { type SignatureOptions, sign } from './signature.ts';

// The document: not 200, then 3 retries 5 minutes apart.
const RETRY_DELAYS_MS = [300_000, 300_000, 300_000];
const REQUESTS_PER_MINUTE = 120;
const RETRY_AFTER_SECONDS = 60;

export interface ScopioOptions extends SandboxOptions {
  apiKey: string;
  webhookSecret: string;
  /** The Webhook URL of the seller profile; without one, orders can only be polled. */
  webhookUrl?: string | readonly string[] | undefined;
  signature?: SignatureOptions | undefined;
  /** Decides which sample orders are placed. */
  seed?: number | undefined;
}

export type ScopioSandbox = Awaited<ReturnType<typeof startScopioSandbox>>;

/** Starts Scopio on the loopback interface. */
export async function startScopioSandbox(options: ScopioOptions) {
  const base = createBase('scopio', options, DIALECTS);
  const { store } = base;
  const seller = 'seller-1';
  const profile = openProfile(options, store.collection<Profile>('profile'));

  const webhooks = createWebhookSender(base, {
    retryDelaysMs: RETRY_DELAYS_MS,
    isAccepted: (status) => status === 200,
    prepare: ({ url, body, forged }) => ({
      url,
      headers: sign(body, forged ? 'not the secret' : profile.get().secret, options.signature),
    }),
  });
  const targets = (): readonly string[] => profile.get().urls;
  const shop = createShop({ base, webhooks, seller, seed: options.seed ?? 1, targets });
  const orders = store.collection<Order>('orders');

  const listening = await serve(base, {
    failure: failureOf,
    rateKey: (request) => presentedKey(request) ?? request.ip,
    requestsPerMinute: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    webhooks,
    routes: (app) => serveApi(app, { base, shop, seller, apiKey: options.apiKey }),
    control: (app) => serveScopioControl(app, { store, shop, profile }),
    summary: () => ({ orders: orders.list().length, received: readReceived(store).counts }),
  });
  return {
    ...listening,
    place: (input?: PlaceOrder) => shop.place(input),
    change: shop.change,
    cancel: shop.cancel,
    notify: shop.notify,
    orders: () => orders.list(),
    received: () => readReceived(store),
    setWebhook({ url, secret }: { url?: string; secret?: string }) {
      profile.set({ ...(url ? { urls: [url] } : {}), ...(secret ? { secret } : {}) });
    },
  };
}

/** What was set by the control surface is kept, unless the options of the next start name it. */
function openProfile(options: ScopioOptions, kept: Collection<Profile>): ProfileSetting {
  const given = options.webhookUrl === undefined ? undefined : [options.webhookUrl].flat();
  let profile: Profile = {
    urls: given ?? kept.get('profile')?.urls ?? [],
    secret: options.webhookSecret,
  };
  return {
    get: () => profile,
    set(change) {
      profile = kept.put('profile', { ...profile, ...change });
      return profile;
    },
  };
}

const failureOf: Failure = (status, retryAfter) => {
  if (status === 429) {
    return {
      body: { error: 'Too Many Requests', retry_after_seconds: retryAfter ?? RETRY_AFTER_SECONDS },
      headers: {},
    };
  }
  const codes: Record<number, string> = {
    400: 'bad_payload',
    401: 'unauthorized',
    403: 'order_access_denied',
    404: 'not_found',
    500: 'internal_error',
  };
  return { body: failed(status, codes[status] ?? `http_${status}`, `Answered with ${status}.`).body };
};
