import { InboundReceived } from '#events/inbound-received';
import { WebhookRejected } from '#events/webhook-rejected';
import { ingest } from '#lib/inbound/ingest';
import { loadConnector } from '#lib/marketplaces/load';
import { INBOUND_QUEUE } from '#lib/platform/names';
import { consume } from '#lib/platform/queue/consume';
import * as z from '#lib/platform/zod';
import { quarantine } from '#lib/quarantine/store';

export const handler = consume(INBOUND_QUEUE, z.union([WebhookRejected, InboundReceived]), (message) =>
  'type' in message ? quarantine(message) : ingest(message, loadConnector),
);
