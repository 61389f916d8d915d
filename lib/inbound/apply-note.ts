import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import type { Change } from '#lib/marketplaces/contract';
import { findByRemoteId, putTimeline } from '#lib/orders/store';
import { transact } from '#lib/platform/table/table';
import { type Applied, alreadyRecorded, eventOf, recordOnly } from './apply.ts';
import { putEvent } from './event.ts';

/** What causes nothing is recorded, and told on the order that it is about where one is known. */
export async function applyNote(
  { reason, about }: Extract<Change, { type: 'none' }>,
  message: InboundReceived,
  connection: Connection,
): Promise<Applied> {
  const order = about && (await findByRemoteId(connection.id, about.remoteId));
  if (!about || !order) return recordOnly(message, 'applied', { note: reason });
  const detail = { event: message.id, remoteId: about.remoteId, note: reason };
  const entry = { at: message.receivedAt, type: about.type, by: connection.id, detail };
  const event = putEvent(eventOf(message, { state: 'applied', order, note: reason }));
  const stands = await transact([event, ...putTimeline(order, [entry], message.id)]);
  return stands ? { opened: [], state: 'applied' } : alreadyRecorded(message);
}
