import { asOf } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import type { NewDelivery, Subjects } from '#lib/deliveries/delivery';
import { coverFetch } from '#lib/deliveries/fetch-cover';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import type { Change } from '#lib/marketplaces/contract';
import { isKnown } from '#lib/orders/listed';
import { shortHash } from '#lib/platform/hash';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { eventOf, type InboundState, type Ingesting, isRecorded, putEvent } from './event.ts';

/** Fetches of one thing collapse: an event that arrives before a fetch has begun is covered by it. */
export async function ingestFetch(
  asked: Extract<Change, { type: 'fetch' }>,
  { message, connection, hub: { table, ring } }: Ingesting,
): Promise<InboundState | null> {
  // A poll that lists what is known leaves no trace.
  if (asked.unless && (await isKnown(connection, asked.unless, table))) return null;
  const fetch = newFetch(connection, asked, message);
  return untilCommitted(`the fetches of ${asked.resource}`, async () => {
    const { covered, writes } = await coverFetch(fetch, asOf(message), table);
    const opened = covered === null ? [openDelivery(fetch, new Date().toISOString())] : [];
    const state = covered === null ? 'applied' : 'duplicate';
    const note = covered === null ? `asks for ${fetch.id}` : `covered by ${covered}`;
    const stands = await transact(
      [putEvent(eventOf(message, { state, note })), ...opened.map(putNewDelivery), ...writes],
      table,
    );
    if (!stands) return (await isRecorded(message, table)) ? null : undefined;
    await ring(opened);
    return state;
  });
}

/** Its id comes from the event, so an event received twice asks once. */
function newFetch(
  connection: Connection,
  { action, resource, unless }: Extract<Change, { type: 'fetch' }>,
  { id: eventId, receivedBy }: InboundReceived,
): NewDelivery & { subject: Subjects['fetch'] } {
  return {
    id: `dlv_${shortHash(eventId, action, resource)}`,
    kind: 'fetch',
    action,
    connection: connection.id,
    marketplace: connection.marketplace,
    order: null,
    subject: { resource, ...(receivedBy !== 'fetch' && { askedBy: receivedBy }), ...(unless && { unless }) },
  };
}
