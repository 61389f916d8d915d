import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { db, getItem, isConditionFailure, type Write } from '#lib/aws/table';
import { tableName } from '#lib/settings';
import type { Delivery, NewDelivery } from './delivery.ts';
import { getDelivery } from './ledger.ts';

/**
 * What is known of the reading of one resource, so that many events about it are one fetch. Instants in UTC.
 * An event is covered by a fetch that has yet to begin, and by one that began after the event arrived.
 */
interface Reading {
  /** The fetch that has yet to begin. */
  delivery?: string;
  /** The fetch that began last, and when: until its end it covers what arrived before it began. */
  reading?: string;
  beganAt?: string;
  /** When the latest event about it arrived. */
  askedAt: string;
  /** When the latest fetch that came to its end began. */
  readAt?: string;
}

const RETENTION_MS = 30 * 24 * 3600_000;

const keyOf = ({ connection, action, subject }: Pick<Delivery, 'connection' | 'action' | 'subject'>) => ({
  pk: `FETCH#${connection}#${action}#${subject.resource}`,
  sk: 'FETCH',
});

function update(
  of: Parameters<typeof keyOf>[0],
  expression: string,
  values: Record<string, unknown>,
  condition?: string,
) {
  return {
    TableName: tableName(),
    Key: keyOf(of),
    UpdateExpression: expression,
    ExpressionAttributeValues: values,
    ...(condition && { ConditionExpression: condition }),
  };
}

/** Sets what the event's transaction must say; `covered` names the fetch the event joins, which still must not have begun. */
export async function planReading(
  fetch: NewDelivery,
  receivedAt: string,
): Promise<{ covered: string; writes: Write[] } | { covered: null; writes: Write[] }> {
  const known = await getItem<Reading>(keyOf(fetch));
  if (known?.readAt && receivedAt <= known.readAt) return { covered: 'a fetch that began later', writes: [] };
  const { reading, beganAt = '' } = known ?? {};
  if (reading !== undefined && receivedAt <= beganAt && (await isAlive(reading)))
    return { covered: reading, writes: [] };
  const askedAt = known && known.askedAt > receivedAt ? known.askedAt : receivedAt;
  const values = { ':asked': askedAt };
  const waiting = known?.delivery;
  if (waiting !== undefined && waiting !== fetch.id && (await isAlive(waiting))) {
    const joined = update(fetch, 'SET askedAt = :asked', { ...values, ':id': waiting }, 'delivery = :id');
    return { covered: waiting, writes: [{ Update: joined }] };
  }
  const expiresAt = Math.floor((Date.parse(receivedAt) + RETENTION_MS) / 1000);
  const set = 'SET delivery = :new, askedAt = :asked, expiresAt = :expires';
  const all = { ...values, ':new': fetch.id, ':expires': expiresAt };
  const opened =
    waiting === undefined
      ? update(fetch, set, all, 'attribute_not_exists(delivery)')
      : update(fetch, set, { ...all, ':id': waiting }, 'delivery = :id');
  return { covered: null, writes: [{ Update: opened }] };
}

/** A dead fetch waits for a person, not for events. */
const isAlive = async (id: string): Promise<boolean> => {
  const state = (await getDelivery(id))?.state;
  return state === 'pending' || state === 'leased' || state === 'blocked';
};

/** From here on events want a fetch of their own. True when all that was asked has been read since; a replay always reads. */
export async function beginReading(delivery: Delivery, begunAt: string): Promise<boolean> {
  const { attemptCount, failures } = delivery;
  const known = await getItem<Reading>(keyOf(delivery));
  const begin = 'SET reading = :id, beganAt = :at REMOVE delivery';
  await tryUpdate(update(delivery, begin, { ':id': delivery.id, ':at': begunAt }, 'delivery = :id'));
  // A first set has no attempt that does not count, unless it was throttled: then one reading more does no harm.
  const isReplay = attemptCount > failures;
  return !isReplay && known?.readAt !== undefined && known.readAt >= known.askedAt;
}

export const endReading = (delivery: Delivery, begunAt: string): Promise<void> =>
  tryUpdate(
    update(
      delivery,
      'SET readAt = :at, askedAt = if_not_exists(askedAt, :at)',
      { ':at': begunAt },
      'attribute_not_exists(readAt) OR readAt < :at',
    ),
  );

export const reopenReading = (delivery: Delivery): Promise<void> =>
  tryUpdate(
    update(
      delivery,
      'SET delivery = :id, askedAt = if_not_exists(askedAt, :at)',
      { ':id': delivery.id, ':at': delivery.createdAt },
      'attribute_not_exists(delivery)',
    ),
  );

async function tryUpdate(input: ReturnType<typeof update>): Promise<void> {
  try {
    await db.send(new UpdateCommand(input));
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}
