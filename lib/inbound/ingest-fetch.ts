import { asOf } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import type { Delivery, NewDelivery, Subjects } from '#lib/deliveries/delivery';
import { coverFetch } from '#lib/deliveries/fetch-cover';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import type { Change } from '#lib/marketplaces/contract';
import { findNamed, isKnown } from '#lib/orders/find';
import { shortHash } from '#lib/platform/hash';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { type InboundState, type Ingestion, isRecorded, putMessage } from './event.ts';

type Asked = Extract<Change, { type: 'fetch' }>;
type Fetch = NewDelivery & { subject: Subjects['fetch'] };

/**
 * Reads what an event only named: at once where that is possible, and then the event is recorded with what was read.
 * Otherwise a delivery reads it, and events that arrive before that has begun are covered by it.
 */
export async function ingestFetch(asked: Asked, ingestion: Ingestion): Promise<InboundState | null> {
  const { message, connection, hub } = ingestion;
  // A poll that lists a known version leaves no trace.
  if (asked.unless && (await isKnown(connection, asked.unless, hub.table))) return null;
  const fetch = newFetch(connection, asked, message);
  const delivery = openDelivery(fetch, new Date().toISOString());
  if (hub.attempt && (await coverFetch(fetch, asOf(message), hub.table)).covered === null) {
    await hub.attempt(delivery, async (failed) => {
      const state = await keep(fetch, failed, ingestion);
      if (state !== null) return state === 'applied';
      // An earlier receipt recorded the event but got no further: a delivery (which it may have opened) does the rest.
      const isNew = await transact([putNewDelivery(failed)], hub.table);
      if (!isNew) await hub.ring([delivery]);
      return isNew;
    });
    return null;
  }
  const state = await keep(fetch, delivery, ingestion);
  if (state === 'applied') await hub.ring([delivery]);
  return state;
}

/** Records the event with the delivery it asks for, or as covered by another; null where it is on record already. */
async function keep(fetch: Fetch, delivery: Delivery, ingestion: Ingestion): Promise<'applied' | 'duplicate' | null> {
  const { message, hub } = ingestion;
  const { table } = hub;
  const { resource } = fetch.subject;
  // Lists, and some webhooks, tell more than which order to read.
  const about = await findNamed(fetch.connection, resource, table);
  return untilCommitted(`the fetches of ${resource}`, async () => {
    const { covered, writes, behind } = await coverFetch(fetch, asOf(message), table);
    const subject = { ...delivery.subject, ...(behind && { behind }) };
    const opened = covered === null ? [putNewDelivery({ ...delivery, subject })] : [];
    const state = covered === null ? 'applied' : 'duplicate';
    const note = covered === null ? `asks for ${fetch.id}` : `covered by ${covered}`;
    const stands = await transact([putMessage(message, { state, note }, about), ...opened, ...writes], table);
    if (!stands) return (await isRecorded(message, table)) ? null : undefined;
    return state;
  });
}

/** The fetch that an event asks for. Its id is derived from the event's, so an event received twice asks once. */
function newFetch(
  connection: Connection,
  { action, resource, unless }: Asked,
  { id: eventId, receivedBy }: InboundReceived,
): Fetch {
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
