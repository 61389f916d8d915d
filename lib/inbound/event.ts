import type { InboundReceived } from '#events/inbound-received';
import type { ErrorDetail } from '#lib/platform/errors';
import { tableName } from '#lib/platform/settings';
import { pack } from '#lib/platform/table/pack';
import { listIndex } from '#lib/platform/table/sharded-index';
import { shardOf, shardsOf } from '#lib/platform/table/shards';
import { getItem, type Item, NEW, put, type Write } from '#lib/platform/table/table';

export type InboundState = 'applied' | 'duplicate' | 'unreadable';

/** Who ran an event that could not be read through the mapper of another day, and why. */
export interface Remapped {
  id: string;
  at: string;
  by: string;
  reason: string | null;
}

/** Something that arrived: for the first time, or read once more because it could not be read then. */
export type Message = InboundReceived & { remapped?: Remapped };

/** An inbound event on record: what arrived, and what became of it. */
export interface InboundEvent extends Omit<InboundReceived, 'encoding'> {
  encoding: InboundReceived['encoding'];
  state: InboundState;
  order: string | null;
  /** Why it could not be read. */
  error: Pick<ErrorDetail, 'code' | 'description' | 'field'> | null;
  /** What is worth knowing besides: "older than the snapshot that stands". */
  note: string | null;
  recordedAt: string;
  remapped?: Remapped;
}

const RETENTION_SECONDS = 90 * 24 * 3600;

const keyOf = (id: string) => ({ pk: `EVENT#${id}`, sk: 'EVENT' });
export const eventTimePartition = (connection: string): string => `EVENT#${connection}`;
export const unreadablePartition = (connection: string): string => `unreadable#${connection}`;

export const getEvent = (id: string): Promise<InboundEvent | undefined> => getItem<InboundEvent>(keyOf(id));

/**
 * Fails its transaction when this very message was recorded before; a remapped one, when it could be read meanwhile.
 * Unreadable events are kept until somebody reads them.
 */
export function putEvent(event: InboundEvent): Write {
  const unreadable = event.state === 'unreadable';
  const whole: Item<InboundEvent> = {
    ...event,
    ...keyOf(event.id),
    timePk: shardOf(eventTimePartition(event.connection), event.id),
    timeSk: `${event.receivedAt}#${event.id}`,
    ...(unreadable
      ? {
          statePk: shardOf(unreadablePartition(event.connection), event.id),
          stateSk: `${event.receivedAt}#${event.id}`,
        }
      : { expiresAt: Math.floor(Date.parse(event.recordedAt) / 1000) + RETENTION_SECONDS }),
  };
  const item = pack(whole, ['state']);
  return event.remapped ? replaceUnreadable(item) : put(item, NEW);
}

const replaceUnreadable = (item: Item<InboundEvent>): Write => ({
  Put: {
    TableName: tableName(),
    Item: item,
    ConditionExpression: '#state = :unreadable',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':unreadable': 'unreadable' satisfies InboundState },
  },
});

interface EventFilter {
  connections: readonly string[];
  state?: InboundState | undefined;
  since?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Inbound events, newest first. */
export function listEvents({ connections, state, since, limit, cursor }: EventFilter) {
  const unreadable = state === 'unreadable';
  return listIndex<InboundEvent>({
    index: unreadable ? 'byState' : 'byTime',
    partitions: connections.flatMap((id) => shardsOf((unreadable ? unreadablePartition : eventTimePartition)(id))),
    limit,
    cursor,
    matches: (event) => (!state || event.state === state) && (!since || event.receivedAt >= since),
  });
}
