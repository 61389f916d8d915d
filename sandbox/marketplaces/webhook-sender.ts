import { randomUUID } from 'node:crypto';
import type { Faults } from './faults.ts';
import type { Store } from './store.ts';

/** A webhook that the sandbox sends, with all of its attempts. */
interface SentWebhook {
  id: string;
  topic: string;
  url: string;
  /** The exact text that is signed and sent. */
  body: string;
  createdAt: string;
  state: 'pending' | 'accepted' | 'given-up' | 'dropped';
  nextAttemptAt: string | null;
  attempts: WebhookAttempt[];
}

interface WebhookAttempt {
  at: string;
  status: number | null;
  error: string | null;
  /** The beginning of the answer, if it had a body. */
  answer?: string;
}

const SHOWN_ANSWER = 300;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

export interface WebhookOptions {
  /** How many times faster than documented webhooks are retried: 60 turns minutes into seconds. */
  timeScale?: number | undefined;
  /** Milliseconds between retries of webhooks; wins over `timeScale`. */
  retryIntervalMs?: number | undefined;
  webhookTimeoutMs?: number | undefined;
}

/** A vendor's webhooks, by its document. */
interface WebhookHabits {
  /** How long it waits before each retry, in milliseconds; there are as many retries as entries. */
  retryDelaysMs: readonly number[];
  /** Ten seconds by default. */
  timeoutMs?: number;
  /** Any 2xx by default. */
  isAccepted?(status: number): boolean;
  /** Whether to retry after this status, null if there was no answer; by default always. */
  isRetried?(status: number | null): boolean;
  /** URL and headers of an attempt; if `forged`, it must fail authentication. */
  prepare(webhook: { url: string; body: string; forged: boolean }): { url: string; headers: Record<string, string> };
  /** The URL in a form that may be shown. */
  showUrl?(url: string): string;
}

export interface WebhookSender {
  send(webhook: { topic: string; url: string; body: unknown }): void;
  /** Sends the same text again, as a new webhook; false for an unknown id. */
  resend(id: string): boolean;
  list(): SentWebhook[];
  /** Continues what a stop or crash left pending. */
  resume(): void;
  stop(): void;
}

/** Of a vendor that sends none. */
export const noWebhooks: WebhookSender = {
  send() {},
  resend: () => false,
  list: () => [],
  resume() {},
  stop() {},
};

/** Sends webhooks as a vendor does: at once, then with its retries, and with the active faults. */
export function createWebhookSender(
  { store, faults, now, options }: { store: Store; faults: Faults; now: () => Date; options: WebhookOptions },
  { isAccepted = isSuccess, ...habits }: WebhookHabits,
): WebhookSender {
  const { timeScale = 1, retryIntervalMs, webhookTimeoutMs: timeoutMs = habits.timeoutMs ?? 10_000 } = options;
  const webhooks = store.collection<SentWebhook>('webhooks-sent');
  const timers = new Map<string, NodeJS.Timeout>();
  const overtaken = new Set<string>();
  const stopped = new AbortController();

  const schedule = (webhook: SentWebhook, delayMs: number): void => {
    webhooks.put(webhook.id, { ...webhook, nextAttemptAt: new Date(now().getTime() + delayMs).toISOString() });
    timers.set(
      webhook.id,
      setTimeout(() => void attempt(webhook.id), delayMs),
    );
  };

  const attempt = async (id: string): Promise<void> => {
    timers.delete(id);
    const wasHeld = overtaken.delete(id);
    const webhook = webhooks.get(id);
    if (!webhook) return;
    const outcome = await post(webhook);
    if (stopped.signal.aborted || !webhooks.get(id)) return;
    settle({ ...webhook, attempts: [...webhook.attempts, outcome] }, outcome);
    if (!wasHeld) for (const held of overtaken) release(held);
  };

  const post = async ({ topic, url, body }: SentWebhook): Promise<WebhookAttempt> => {
    const at = now().toISOString();
    const forged = faults.takeForWebhook(topic, ['bad-signature']) !== undefined;
    const prepared = habits.prepare({ url, body, forged });
    try {
      const response = await fetch(prepared.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...prepared.headers },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(timeoutMs)]),
      });
      const answer = (await response.text().catch(() => '')).slice(0, SHOWN_ANSWER);
      return { at, status: response.status, error: null, ...(answer ? { answer } : {}) };
    } catch (error) {
      return { at, status: null, error: reasonOf(error) };
    }
  };

  const settle = (webhook: SentWebhook, { status }: WebhookAttempt): void => {
    const accepted = status !== null && isAccepted(status);
    const documented = habits.retryDelaysMs[webhook.attempts.length - 1];
    if (!accepted && documented !== undefined && habits.isRetried?.(status) !== false) {
      schedule(webhook, retryIntervalMs ?? documented / timeScale);
      return;
    }
    webhooks.put(webhook.id, { ...webhook, state: accepted ? 'accepted' : 'given-up', nextAttemptAt: null });
  };

  const release = (id: string): void => {
    clearTimeout(timers.get(id));
    void attempt(id);
  };

  const create = (topic: string, url: string, body: string): void => {
    const createdAt = now().toISOString();
    const fault = faults.takeForWebhook(topic, ['duplicate', 'reorder', 'drop', 'delay']);
    const copies = fault?.kind === 'duplicate' ? fault.copies : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const id = `whk_${randomUUID().slice(0, 8)}`;
      const webhook: SentWebhook = {
        id,
        topic,
        url,
        body,
        createdAt,
        state: 'pending',
        nextAttemptAt: null,
        attempts: [],
      };
      if (fault?.kind === 'drop') webhooks.put(id, { ...webhook, state: 'dropped' });
      else if (fault?.kind === 'delay') schedule(webhook, fault.delayMs ?? 1000);
      else if (fault?.kind === 'reorder') {
        overtaken.add(id);
        schedule(webhook, fault.delayMs ?? 5000);
      } else schedule(webhook, 0);
    }
  };

  return {
    send: ({ topic, url, body }) => create(topic, url, JSON.stringify(body)),
    resend(id) {
      const webhook = webhooks.get(id);
      if (webhook) create(webhook.topic, webhook.url, webhook.body);
      return webhook !== undefined;
    },
    list: () => webhooks.list().map((webhook) => ({ ...webhook, url: habits.showUrl?.(webhook.url) ?? webhook.url })),
    resume() {
      for (const webhook of webhooks.list().filter(({ state }) => state === 'pending'))
        schedule(webhook, Math.max(0, Date.parse(webhook.nextAttemptAt ?? webhook.createdAt) - now().getTime()));
    },
    stop() {
      stopped.abort();
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = (error.cause ?? {}) as { code?: string };
  return error.name === 'TimeoutError' ? 'timeout' : (code ?? error.message);
}
