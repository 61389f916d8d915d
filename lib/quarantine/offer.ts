import { setTimeout as sleep } from 'node:timers/promises';
import { packBody } from '#events/inbound-body';
import type { WebhookRejected } from '#events/webhook-rejected';
import type { Webhook, WebhookCredentials, WebhookRequest } from '#lib/marketplaces/contract';
import { INBOUND_QUEUE } from '#lib/platform/names';
import { sendMessage } from '#lib/platform/queue/queue';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { createQuarantineBudget } from './budget.ts';

const MAX_BODY_BYTES = 64 * 1024;
/** A caller is answered no sooner: a message takes less, so that the time does not tell whether one was sent. */
const ANSWER_AFTER_MS = 25;
/** While SQS hangs, a stranger's answer does not. */
const GIVE_UP_AFTER_MS = 2_000;

export interface Rejected {
  connection: string;
  topic: string;
  request: WebhookRequest;
  /** Of the connection, where it exists. */
  credentials: WebhookCredentials | undefined;
}

/**
 * Hands a rejected webhook on to be quarantined, if it is for a connection and topic that exist and could be authentic
 * under another secret. Never throws: the caller is answered 401 whatever becomes of it.
 */
export function createQuarantine(webhook: Webhook): { offer(rejected: Rejected): Promise<void> } {
  const budget = createQuarantineBudget();
  return {
    async offer(rejected) {
      if (!budget.take(rejected.connection)) return;
      const sent = Promise.all([send(webhook, rejected), sleep(ANSWER_AFTER_MS)]);
      await Promise.race([sent, sleep(GIVE_UP_AFTER_MS, undefined, { ref: false })]);
    },
  };
}

async function send(webhook: Webhook, { connection, topic, request, credentials }: Rejected): Promise<void> {
  const { body } = request;
  if (!credentials || !webhook.info.topics.includes(topic) || body.length > MAX_BODY_BYTES) return;
  try {
    const evidence = webhook.evidence(request, credentials);
    if (!evidence) return;
    const receivedAt = new Date().toISOString();
    const message: WebhookRejected = {
      type: 'webhook.rejected',
      connection,
      topic,
      receivedAt,
      evidence,
      ...packBody(body),
    };
    await sendMessage(INBOUND_QUEUE, { message, group: connection });
  } catch (error) {
    log.warn('rejected webhook not kept', { connection, topic, ...errorFields(error) });
  }
}
