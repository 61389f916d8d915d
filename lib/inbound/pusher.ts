import { DeliveryDue } from '#events/delivery-due';
import { InboundReceived } from '#events/inbound-received';
import { attemptUnkept, workDeliveries } from '#lib/attempts/work';
import type { Connector } from '#lib/marketplaces/contract';
import { deliveryQueue } from '#lib/platform/names';
import { consume } from '#lib/platform/queue/consume';
import * as z from '#lib/platform/zod';
import type { ingest as Ingest } from './ingest.ts';

/** The pusher of one marketplace: works the deliveries it is rung for, and reads what events only name. */
export const pusher = (connector: Connector) =>
  consume(deliveryQueue(connector.info.name), z.union([DeliveryDue, InboundReceived]), (message) =>
    'deliveryId' in message ? workDeliveries(message, { connector, ingest }) : ingestNamed(message, connector),
  );

/** Ingests what a push read, with code that is loaded only then: most pushes read nothing. */
const ingest: typeof Ingest = async (...received) => (await import('./ingest.ts')).ingest(...received);

/** Ingests an event that only names something, together with what it names if that can be read at once. */
async function ingestNamed(message: InboundReceived, connector: Connector): Promise<void> {
  const load = async () => connector;
  const { id, topic, body, encoding, receivedAt } = message;
  const ingestRead: typeof ingest = (read) =>
    ingest({ ...read, id, receivedAt, named: { topic, body, encoding } }, load);
  const reader = { connector, ingest: ingestRead };
  await ingest(message, load, { attempt: (delivery, keep) => attemptUnkept(delivery, keep, reader) });
}
