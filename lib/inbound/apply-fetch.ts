import type { InboundReceived } from '#events/inbound-received';
import { transact } from '#lib/aws/table';
import type { Connection } from '#lib/connections/connection';
import { findOpenFetch, newFetch, putOpenFetch } from '#lib/deliveries/fetch';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { type Applied, alreadyRecorded, eventOf, recordOnly } from './apply.ts';
import { putEvent } from './event.ts';

/** Fetches of one thing collapse: an event that arrives before a fetch has begun is covered by it. */
export async function applyFetch(
  asked: { action: string; resource: string },
  message: InboundReceived,
  connection: Connection,
): Promise<Applied> {
  const fetch = newFetch(connection, asked.action, asked.resource, message.id);
  const covering = await findOpenFetch(fetch);
  if (covering && covering !== fetch.id) return recordOnly(message, 'duplicate', { note: `covered by ${covering}` });
  const opened = openDelivery(fetch, new Date().toISOString());
  const event = eventOf(message, { state: 'applied', note: `asks for ${fetch.id}` });
  const stands = await transact([putEvent(event), putNewDelivery(opened), putOpenFetch(fetch)]);
  return stands ? { opened: [opened] } : alreadyRecorded(message);
}
