import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { tableName } from '../settings.ts';
import { db, type Write } from './document.ts';
import type { Item } from './item.ts';

export const put = <T extends object>(item: Item<T>, condition?: string, values?: Record<string, unknown>) => ({
  Put: {
    TableName: tableName(),
    Item: item,
    ...(condition && { ConditionExpression: condition }),
    ...(values && { ExpressionAttributeValues: values }),
  },
});

export const NEW = 'attribute_not_exists(pk)';

const MAX_CONFLICTS = 8;

/** Writes all or nothing. False when a condition failed: read again and decide again. Anything else throws. */
export async function transact(writes: readonly Write[]): Promise<boolean> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      await db.transactWrite(writes);
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = new Set((error.CancellationReasons ?? []).map(({ Code }) => Code));
      if (codes.has('ConditionalCheckFailed')) return false;
      // Another transaction had one of the items in hand; it decided nothing about ours.
      if (!codes.has('TransactionConflict') || conflicts === MAX_CONFLICTS) throw error;
      await sleep(Math.random() * 10 * 2 ** conflicts);
    }
  }
}

export const isConditionFailure = (error: unknown): boolean =>
  (error as { name?: string }).name === 'ConditionalCheckFailedException';

type TooLarge = Pick<Partial<TransactionCanceledException>, 'message' | 'CancellationReasons'> & { name?: string };

/** Whether a write holds an item above DynamoDB's 400 KB, alone or in a transaction; nothing of it was written. */
export function isTooLarge(error: unknown): boolean {
  const { name, message = '', CancellationReasons = [] } = error as TooLarge;
  const reasons = [
    ...(name === 'ValidationException' ? [message] : []),
    ...CancellationReasons.filter(({ Code }) => Code === 'ValidationError').map(({ Message }) => Message ?? ''),
  ];
  return reasons.some((reason) => /item size/i.test(reason));
}
