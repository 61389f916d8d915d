import { InboundReceived } from '#events/inbound-received';
import { WebhookRejected } from '#events/webhook-rejected';
import { consume } from '#lib/aws/consume';
import { ingest } from '#lib/inbound/ingest';
import { loadConnector } from '#lib/marketplaces/load';
import { writeMisses } from '#lib/polling/misses';
import { quarantine } from '#lib/quarantine/store';
import * as z from '#lib/zod';

export const handler = consume(
  z.union([WebhookRejected, InboundReceived]),
  (message) => ('type' in message ? quarantine(message) : ingest(message, loadConnector)),
  writeMisses,
);
