import { setTimeout as sleep } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { tableName } from '../settings.ts';
import { db } from './document.ts';
import { bare, type Item, type Key } from './item.ts';

const MAX_KEYS = 100;

/** Reads asked for at the same moment, as by the messages of one batch, are one request. */
const reads = new DataLoader<Key, object | undefined, string>(readTogether, {
  cache: false,
  maxBatchSize: MAX_KEYS,
  // What is asked for in the same turn of the event loop: answers to several messages come in one.
  batchScheduleFn: (callback) => void setImmediate(callback),
});

/** Strongly consistent read of one item. */
export const getItem = <T extends object>({ pk, sk }: Key): Promise<T | undefined> =>
  reads.load({ pk, sk }) as Promise<T | undefined>;

async function readTogether(keys: readonly Key[]): Promise<Array<object | undefined>> {
  const [only] = keys;
  if (only && keys.length === 1) {
    const item = await db.get({ TableName: tableName(), Key: only, ConsistentRead: true });
    return [item && bare(item as Item<object>)];
  }
  const found = await readAll(keys);
  return keys.map((key) => found.get(textOf(key)));
}

/** All items with these keys, in their order; missing ones are left out. */
export async function getItems<T extends object>(keys: readonly Key[]): Promise<T[]> {
  const found = await Promise.all(keys.map((key) => getItem<T>(key)));
  return found.filter((item) => item !== undefined);
}

const textOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

async function readAll(keys: readonly Key[]): Promise<Map<string, object>> {
  const found = new Map<string, object>();
  const name = tableName();
  const distinct = [...new Map(keys.map(({ pk, sk }) => [textOf({ pk, sk }), { pk, sk }])).values()];
  for (let i = 0; i < distinct.length; i += MAX_KEYS) {
    let pending = distinct.slice(i, i + MAX_KEYS);
    while (pending.length > 0) {
      const { items, unprocessed } = await db.batchGet(name, pending);
      for (const item of items as Array<Item<object>>) found.set(textOf(item), bare(item));
      pending = unprocessed as Key[];
      // What it left out, it left out for being asked too much.
      if (pending.length > 0) await sleep(Math.random() * 100);
    }
  }
  return found;
}

/** Everything in one partition whose sort key starts with `prefix`. For partitions that stay small. */
export async function queryPartition<T extends object>(pk: string, prefix = ''): Promise<Array<Item<T>>> {
  const items: Array<Item<T>> = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await db.query({
      TableName: tableName(),
      KeyConditionExpression: prefix ? 'pk = :pk AND begins_with(sk, :prefix)' : 'pk = :pk',
      ExpressionAttributeValues: prefix ? { ':pk': pk, ':prefix': prefix } : { ':pk': pk },
      ConsistentRead: true,
      ...(start && { ExclusiveStartKey: start }),
    });
    items.push(...(page.Items as Array<Item<T>>));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}
