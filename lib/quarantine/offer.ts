import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { packBody } from '#events/inbound-body';
import type { WebhookRejected } from '#events/webhook-rejected';
import type { Webhook, WebhookCredentials, WebhookRequest } from '#lib/marketplaces/contract';
import { INBOUND_QUEUE } from '#lib/platform/names';
import { sendMessage } from '#lib/platform/queue/queue';
import { errorFields, log } from '#lib/platform/telemetry/log';

const MAX_BODY_BYTES = 64 * 1024;
/** No caller is answered sooner: sending a message takes less, so the time does not reveal whether one was sent. */
const ANSWER_AFTER_MS = 25;
/** While SQS hangs, a stranger still gets an answer. */
const GIVE_UP_AFTER_MS = 2_000;

export interface Rejected {
  connection: string;
  topic: string;
  request: WebhookRequest;
  /** The connection's, if it exists. */
  credentials: WebhookCredentials | undefined;
}

/**
 * Offers a rejected webhook to the quarantine, if it is for an existing connection and topic and could be authentic
 * under another secret. Never throws: the caller gets 401 whatever becomes of it.
 */
export function createQuarantine(webhook: Webhook): { offer(rejected: Rejected): Promise<void> } {
  const allowance = createAllowance();
  return {
    async offer(rejected) {
      if (!allowance.take(rejected.connection)) return;
      const sent = Promise.all([send(webhook, rejected), sleep(ANSWER_AFTER_MS)]);
      await Promise.race([sent, sleep(GIVE_UP_AFTER_MS, undefined, { ref: false })]);
    },
  };
}

async function send(webhook: Webhook, { connection, topic, request, credentials }: Rejected): Promise<void> {
  const { body, headers } = request;
  if (!credentials || !webhook.info.topics.includes(topic) || body.length > MAX_BODY_BYTES) return;
  try {
    const evidence = webhook.evidence(request, credentials);
    if (!evidence) return;
    const message: WebhookRejected = {
      ...{ type: 'webhook.rejected', connection, topic, receivedAt: new Date().toISOString() },
      ...{ evidence, codings: headers['content-encoding']?.slice(0, 50), ...packBody(body) },
    };
    await sendMessage(INBOUND_QUEUE, { message, group: connection });
  } catch (error) {
    log.warn('rejected webhook not kept', { connection, topic, ...errorFields(error) });
  }
}

/** How many rejected webhooks of one connection a receiver's instance offers: these at once, and so many a minute. */
const BURST = 50;
const PER_MINUTE = 10;
/** A fixed number, whatever names strangers make up. */
const BUCKETS = 64;

/** What an instance may offer. Names share buckets, so that an existing one is treated like any other. */
export function createAllowance(): { take(connection: string, now?: number): boolean } {
  const buckets = Array.from({ length: BUCKETS }, () => ({ left: BURST, at: 0 }));
  return {
    take(connection, now = Date.now()) {
      const bucket = buckets[bucketOf(connection)];
      if (!bucket) return false;
      bucket.left = Math.min(BURST, bucket.left + (Math.max(0, now - bucket.at) * PER_MINUTE) / 60_000);
      bucket.at = now;
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}

const bucketOf = (connection: string): number =>
  createHash('sha256').update(connection).digest().readUInt16BE(0) % BUCKETS;
