import * as items from '#lib/platform/table/items';
import { bare, type Item, type Table } from '#lib/platform/table/table';
import type { Change } from './change-schema.ts';

/** The entries of one batch, written together at one position. */
export interface FeedItem {
  position: number;
  /** When it was written; never before the item at the previous position. */
  at: string;
  /** How many entries the partition has up to its end. */
  total: number;
  entries: Change[];
}

/** Reads the partitions of a table's feed. */
export function openReader(table: Table) {
  /** Items of a partition after a position, the oldest or the newest first. */
  async function query(partition: number, bounds: { after?: number; limit: number; newestFirst?: boolean }) {
    const { after = 0, limit, newestFirst = false } = bounds;
    const { pk, sk } = items.feedItem.key({ partition: `${partition}`, position: `${after}` });
    const { Items, LastEvaluatedKey } = await table.query({
      KeyConditionExpression: 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: { ':pk': pk, ':after': sk },
      ConsistentRead: true,
      ScanIndexForward: !newestFirst,
      Limit: limit,
    });
    const found = (Items as Array<Item<Omit<FeedItem, 'position'>>>).map((item) => ({
      ...bare(item),
      position: Number(item.sk),
    }));
    return { items: found, hasMore: LastEvaluatedKey !== undefined };
  }

  const head = async (partition: number): Promise<FeedItem | undefined> =>
    (await query(partition, { limit: 1, newestFirst: true })).items[0];

  /** The position after which everything was written at or after an instant. */
  async function positionAt(partition: number, instant: string): Promise<number> {
    const [first] = (await query(partition, { limit: 1 })).items;
    if (!first || first.at >= instant) return (first?.position ?? 1) - 1;
    let high = (await head(partition))?.position ?? 0;
    let low = first.position;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [next] = (await query(partition, { after: middle, limit: 1 })).items;
      if (next && next.at < instant) low = next.position;
      else high = middle;
    }
    const [next] = (await query(partition, { after: low, limit: 1 })).items;
    return next ? next.position - 1 : low;
  }

  return { query, head, positionAt };
}
