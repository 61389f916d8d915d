import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { db, type Item, NEW, put, type Write } from '#lib/aws/table';
import { tableName } from '#lib/settings';
import type { DeliveryFilter } from './replay.ts';

/** Who replayed what, and why. `replayed` is null while a replay runs, and stays so when it was cut off. */
export interface ReplayRecord {
  id: string;
  by: string;
  reason: string | null;
  /** The single delivery, or the filter. */
  delivery: string | null;
  filter: DeliveryFilter | null;
  perMinute: number | null;
  matched: number;
  replayed: number | null;
  at: string;
}

const keyOf = (id: string) => ({ pk: `REPLAY#${id}`, sk: 'REPLAY' });

export function putReplay(replay: ReplayRecord): Write {
  const item: Item<ReplayRecord> = {
    ...replay,
    ...keyOf(replay.id),
    timePk: 'REPLAY',
    timeSk: `${replay.at}#${replay.id}`,
  };
  return put(item, NEW);
}

export async function finishReplay(id: string, replayed: number): Promise<void> {
  await db.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: keyOf(id),
      UpdateExpression: 'SET replayed = :replayed',
      ExpressionAttributeValues: { ':replayed': replayed },
    }),
  );
}
