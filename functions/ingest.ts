import { InboundReceived } from '#events/inbound-received';
import { consume } from '#lib/aws/consume';
import { ingest } from '#lib/inbound/ingest';

export const handler = consume(InboundReceived, ingest);
