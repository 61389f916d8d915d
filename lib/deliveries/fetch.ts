import { randomUUID } from 'node:crypto';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { InboundReceived } from '#events/inbound-received';
import { sendMessage } from '#lib/aws/queue';
import { db, getItem, isConditionFailure, NEW, put, type Write } from '#lib/aws/table';
import type { Connection } from '#lib/connections/connection';
import { RejectedError } from '#lib/errors';
import { shortHash } from '#lib/hash';
import type { Connector, RemoteContext } from '#lib/marketplaces/contract';
import { tableName } from '#lib/settings';
import { INBOUND_QUEUE } from '#lib/topology-names';
import type { Delivery, NewDelivery } from './delivery.ts';
import type { Done } from './run.ts';

/** Marks that a fetch of this resource has not begun: later events join it instead of asking again. */
const openFetchKey = (connection: string, action: string, resource: string) => ({
  pk: `FETCH#${connection}#${action}#${resource}`,
  sk: 'FETCH',
});

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

export const putOpenFetch = ({ id, connection, action, subject }: NewDelivery): Write =>
  put({ ...openFetchKey(connection, action, subject.resource ?? ''), delivery: id }, NEW);

/** The fetch that would also cover an event arriving now, if one has yet to begin. */
export async function findOpenFetch({ connection, action, subject }: NewDelivery): Promise<string | undefined> {
  return (await getItem<{ delivery: string }>(openFetchKey(connection, action, subject.resource ?? '')))?.delivery;
}

/** Reads the resource and hands it to the inbound queue like any event. From here on new events want a fetch of their own. */
export async function runFetch(delivery: Delivery, connector: Connector, remote: RemoteContext): Promise<Done> {
  const { action, connection, subject } = delivery;
  if (!connector.fetch || !subject.resource)
    throw new RejectedError({ code: 'unknown_action', description: `${connector.info.title} has no fetch ${action}` });
  await closeOpenFetch(delivery);
  const { topic, body } = await connector.fetch(remote, action, subject.resource);
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
  return { also: [] };
}

async function closeOpenFetch({ id, connection, action, subject }: Delivery): Promise<void> {
  try {
    await db.send(
      new DeleteCommand({
        TableName: tableName(),
        Key: openFetchKey(connection, action, subject.resource ?? ''),
        ConditionExpression: 'delivery = :id',
        ExpressionAttributeValues: { ':id': id },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}
