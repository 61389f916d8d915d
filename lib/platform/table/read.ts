import { setTimeout as sleep } from 'node:timers/promises';
import { db, type Table, type Values } from './document.ts';
import { bare, type Item, isKeyTooLong, type Key } from './item.ts';
import { perTurn } from './per-turn.ts';

const MAX_KEYS = 100;

const loaderOf = perTurn(MAX_KEYS, readTogether);

/** Strongly consistent read of one item; a key that no item can have finds none. */
export async function getItem<T extends object>({ pk, sk }: Key, table = db): Promise<T | undefined> {
  if (isKeyTooLong({ pk, sk })) return undefined;
  return loaderOf(table).load({ pk, sk }) as Promise<T | undefined>;
}

/** All items with these keys, in their order; missing ones are left out. */
export async function getItems<T extends object>(keys: readonly Key[], table = db): Promise<T[]> {
  const found = await Promise.all(keys.map((key) => getItem<T>(key, table)));
  return found.filter((item) => item !== undefined);
}

async function readTogether(keys: readonly Key[], table: Table): Promise<Array<object | undefined | Error>> {
  if (keys.length === 1) return Promise.all(keys.map((key) => readOne(key, table)));
  try {
    const found = await readAll(keys, table);
    return keys.map((key) => found.get(textOf(key)));
  } catch (error) {
    // One key that DynamoDB refuses must not fail the reads of other messages.
    if ((error as Error).name !== 'ValidationException') throw error;
    return Promise.all(keys.map((key) => readOne(key, table).catch((reason: Error) => reason)));
  }
}

async function readOne(key: Key, table: Table): Promise<object | undefined> {
  const item = await table.get({ Key: key, ConsistentRead: true });
  return item && bare(item as Item<object>);
}

const textOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

async function readAll(keys: readonly Key[], table: Table): Promise<Map<string, object>> {
  const found = new Map<string, object>();
  let pending = [...new Map(keys.map((key) => [textOf(key), key])).values()];
  while (pending.length > 0) {
    const { items, unprocessed } = await table.batchGet(pending);
    for (const item of items as Array<Item<object>>) found.set(textOf(item), bare(item));
    pending = unprocessed as Key[];
    // DynamoDB leaves keys out when it is asked for too much.
    if (pending.length > 0) await sleep(Math.random() * 100);
  }
  return found;
}

/** Everything in one partition whose sort key starts with `prefix`. For partitions that stay small. */
export async function queryPartition<T extends object>(
  pk: string,
  { prefix = '', table = db, ConsistentRead = true } = {},
): Promise<Array<Item<T>>> {
  const pages = eachPage(
    {
      KeyConditionExpression: prefix ? 'pk = :pk AND begins_with(sk, :prefix)' : 'pk = :pk',
      ExpressionAttributeValues: prefix ? { ':pk': pk, ':prefix': prefix } : { ':pk': pk },
      ConsistentRead,
    },
    table,
  );
  return (await Array.fromAsync(pages, ({ Items }) => Items as Array<Item<T>>)).flat();
}

/** All pages of a query: DynamoDB ends one at a megabyte. */
export async function* eachPage(query: Parameters<Table['query']>[0], table = db) {
  for (let start: Values | undefined; ; ) {
    const page = await table.query({ ...query, ...(start && { ExclusiveStartKey: start }) });
    yield page;
    start = page.LastEvaluatedKey;
    if (!start) return;
  }
}
