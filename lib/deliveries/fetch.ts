import { randomUUID } from 'node:crypto';
import type { InboundReceived } from '#events/inbound-received';
import { sendMessage } from '#lib/aws/queue';
import type { Connection } from '#lib/connections/connection';
import { RejectedError } from '#lib/errors';
import { shortHash } from '#lib/hash';
import type { Connector, RemoteContext } from '#lib/marketplaces/contract';
import { INBOUND_QUEUE } from '#lib/topology-names';
import type { Delivery, NewDelivery } from './delivery.ts';
import { beginReading, endReading, reopenReading } from './reading.ts';
import type { Done } from './run.ts';

/** The fetch that an event asks for. Its id comes from the event, so an event received twice asks once. */
export function newFetch(
  connection: Connection,
  { action, resource }: { action: string; resource: string },
  { id: eventId, receivedBy }: Pick<InboundReceived, 'id' | 'receivedBy'>,
): NewDelivery {
  return {
    id: `dlv_${shortHash(eventId, action, resource)}`,
    kind: 'fetch',
    action,
    connection: connection.id,
    marketplace: connection.marketplace,
    order: null,
    subject: { resource, ...(receivedBy !== 'fetch' && { askedBy: receivedBy }) },
  };
}

/** Reads the resource and hands it to the inbound queue like any event; not again what was read since it was asked for. */
export async function runFetch(delivery: Delivery, connector: Connector, remote: RemoteContext): Promise<Done> {
  const { action, connection, subject } = delivery;
  if (!connector.fetch || !subject.resource)
    throw new RejectedError({ code: 'unknown_action', description: `${connector.info.title} has no fetch ${action}` });
  const begunAt = new Date().toISOString();
  if (await beginReading(delivery, begunAt)) return { also: [] };
  const { topic, body } = await read(delivery, () => connector.fetch?.(remote, action, subject.resource ?? ''));
  const message: InboundReceived = {
    id: `evt_${randomUUID()}`,
    connection,
    topic,
    receivedBy: 'fetch',
    ...(subject.askedBy && { askedBy: subject.askedBy }),
    receivedAt: new Date().toISOString(),
    body: JSON.stringify(body),
    encoding: 'utf8',
  };
  await sendMessage(INBOUND_QUEUE, message);
  await endReading(delivery, begunAt);
  return { also: [] };
}

async function read<T>(delivery: Delivery, call: () => Promise<T> | undefined): Promise<T> {
  try {
    const answer = await call();
    if (answer === undefined) throw new Error('a fetch that answers nothing');
    return answer;
  } catch (error) {
    // It runs again, so it also covers what is asked until then.
    if (!(error instanceof RejectedError)) await reopenReading(delivery);
    throw error;
  }
}
