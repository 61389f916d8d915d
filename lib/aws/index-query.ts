import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { tableName } from '#lib/settings';
import { table } from '#lib/topology-names';
import { db, getItems, type Key } from './table.ts';

export type IndexName = keyof typeof table.indexes;

interface Page {
  index: IndexName;
  partition: string;
  limit: number;
  newestFirst: boolean;
  /** Exclusive bounds on the index's sort key. */
  after?: string;
  before?: string;
}

type IndexRow = Key & { sort: string };

/** One page of keys of one index partition, in the order of its sort key. */
export async function queryIndex({ index, partition, limit, newestFirst, after, before }: Page): Promise<IndexRow[]> {
  if (after && before && after > before) return [];
  const { hashKey, rangeKey } = table.indexes[index];
  const values: Record<string, string> = { ':pk': partition, ':low': after ?? '', ':high': before ?? '\uffff' };
  if (!after) values[':low'] = ' ';
  const { Items } = await db.send(
    new QueryCommand({
      TableName: tableName(),
      IndexName: index,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :low AND :high',
      ExpressionAttributeNames: { '#pk': hashKey, '#sk': rangeKey },
      ExpressionAttributeValues: values,
      ScanIndexForward: !newestFirst,
      // BETWEEN includes its ends: one more for each bound that has to be dropped.
      Limit: limit + 2,
    }),
  );
  return (Items ?? [])
    .map((item) => ({ pk: item.pk as string, sk: item.sk as string, sort: item[rangeKey] as string }))
    .filter(({ sort }) => sort !== after && sort !== before)
    .slice(0, limit);
}

interface Listing<T> {
  index: IndexName;
  partitions: readonly string[];
  limit: number;
  /** Where the page before ended. */
  cursor?: string | undefined;
  /** Nothing older is looked at: an instant that the sort keys begin with. */
  since?: string;
  matches: (item: T) => boolean;
}

const MAX_ROUNDS = 20;

/** Newest first over several partitions; the cursor is the last sort key seen, valid in all of them. */
export async function listIndex<T extends object>(listing: Listing<T>): Promise<{ items: T[]; cursor?: string }> {
  const { index, partitions, limit, since, matches } = listing;
  const items: T[] = [];
  let before = listing.cursor && decodeCursor(listing.cursor);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pages = await Promise.all(
      partitions.map((partition) =>
        queryIndex({
          index,
          partition,
          limit: limit + 1,
          newestFirst: true,
          ...(before && { before }),
          ...(since && { after: since }),
        }),
      ),
    );
    const rows = pages.flat().sort((a, b) => (a.sort < b.sort ? 1 : -1));
    const window = rows.slice(0, limit);
    const found = new Map(
      (await getItems<T & { id: string }>(window.map(({ pk, sk }) => ({ pk, sk })))).map((item) => [item.id, item]),
    );
    for (const row of window) {
      before = row.sort;
      const item = found.get(row.sort.slice(row.sort.indexOf('#') + 1));
      if (item && matches(item)) items.push(item);
      if (items.length === limit) break;
    }
    const exhausted = rows.length <= limit && window.at(-1)?.sort === before;
    if (rows.length === 0 || exhausted) return { items };
    if (items.length === limit) return { items, cursor: encodeCursor(before ?? '') };
  }
  return { items, ...(before && { cursor: encodeCursor(before) }) };
}

export const encodeCursor = (sort: string): string => Buffer.from(sort).toString('base64url');
export const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();
