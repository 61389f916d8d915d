import { unmarshall } from '@aws-sdk/util-dynamodb';
import { isConditionCancelled } from './contention.ts';
import { db, type Values, type Write } from './document.ts';
import type { Item } from './item.ts';

/** One write of an item; `NEW` and other conditions make it conditional. */
export const put = <T extends object>(item: Item<T>, condition?: string, values?: Record<string, unknown>) => ({
  Put: {
    Item: item,
    ...(condition && { ConditionExpression: condition }),
    ...(values && { ExpressionAttributeValues: values }),
  },
});

export const NEW = 'attribute_not_exists(pk)';

/** The write of an item that counts its writes, on condition that the item is as it was read, or still absent. */
export const putRevised = <T extends { revision: number }>(
  item: Item<T>,
  was: { revision: number } | null | undefined,
) => (was ? put(item, 'revision = :revision', { ':revision': was.revision }) : put(item, NEW));

/** Writes all or nothing. False if a condition failed: read again and decide again. Anything else throws. */
export const transact = (writes: readonly Write[], table = db): Promise<boolean> =>
  isWritten(table.transactWrite(writes));

/** False if the condition of a write failed; other errors are thrown. */
export async function isWritten(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailure(error) || isConditionCancelled(error)) return false;
    throw error;
  }
}

export const isConditionFailure = (error: unknown): boolean =>
  (error as { name?: string }).name === 'ConditionalCheckFailedException';

/**
 * The item that a write with `ReturnValuesOnConditionCheckFailure: 'ALL_OLD'` met when its condition failed; undefined
 * where there is none. Other errors are thrown.
 */
export function itemMet(error: unknown): Values | undefined {
  if (!isConditionFailure(error)) throw error;
  const { Item } = error as { Item?: Parameters<typeof unmarshall>[0] };
  return Item && unmarshall(Item);
}
