import { compareText } from '../canonical-json.ts';
import { INDEX_SHARDS, table as schema } from '../names.ts';
import { db, getItems, type IndexKeys, isKeyTooLong, type Key, type Table } from './table.ts';

type IndexName = keyof typeof schema.indexes;

/** Where an index has the items of one kind; `isSharded`: in several partitions, by the item's id. */
export interface IndexEntry<Partition = never, Sort = never> {
  index: IndexName;
  isSharded: boolean;
  partition: (of: Partition) => string;
  sort: (of: Sort) => string;
}

export function keysIn<P, S>(
  { index, isSharded, partition, sort }: IndexEntry<P, S>,
  item: P & S & { id?: string },
): IndexKeys {
  const { hashKey, rangeKey } = schema.indexes[index];
  const plain = partition(item);
  return { [hashKey]: isSharded ? shardOf(plain, item.id ?? '') : plain, [rangeKey]: sort(item) };
}

/** All partitions of an index that have items of this kind. */
export const partitionsOf = <P>({ isSharded, partition }: IndexEntry<P>, of: P): string[] =>
  isSharded ? shardsOf(partition(of)) : [partition(of)];

export const shardOf = (partition: string, id: string): string => shardName(partition, shardNumber(id));

/** The number of the partition that an id belongs to, from 0 to `INDEX_SHARDS - 1`. */
export const shardNumber = (id: string): number => hash(id) % INDEX_SHARDS;

const shardsOf = (partition: string): string[] =>
  Array.from({ length: INDEX_SHARDS }, (_, shard) => shardName(partition, shard));

/** The first has the plain name, under which everything was written before there were others. */
const shardName = (partition: string, shard: number): string => (shard === 0 ? partition : `${partition}#${shard}`);

/** FNV-1a: ids are no secrets, and this runs for every write. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}

interface Page {
  index: IndexName;
  partition: string;
  limit: number;
  newestFirst: boolean;
  /** Exclusive bounds on the index's sort key. */
  after?: string | undefined;
  before?: string | undefined;
}

type IndexRow = Key & { sort: string };

/** One page of keys of one index partition, in the order of its sort key. */
export async function queryIndex(
  { index, partition, limit, newestFirst, after, before }: Page,
  table = db,
): Promise<IndexRow[]> {
  if ((after && before && after > before) || isKeyTooLong({ pk: partition, sk: '' })) return [];
  const { hashKey, rangeKey } = schema.indexes[index];
  const { Items } = await table.query({
    IndexName: index,
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :low AND :high',
    ExpressionAttributeNames: { '#pk': hashKey, '#sk': rangeKey },
    // DynamoDB compares UTF-8 bytes, of which these are the least and the greatest that a sort key begins with.
    ExpressionAttributeValues: { ':pk': partition, ':low': after || ' ', ':high': before || '\u{10ffff}' },
    ScanIndexForward: !newestFirst,
    // BETWEEN includes its ends: one more row for each bound that has to be dropped.
    Limit: limit + 2,
  });
  return Items.map((item) => ({ pk: item.pk as string, sk: item.sk as string, sort: item[rangeKey] as string }))
    .filter(({ sort }) => sort !== after && sort !== before)
    .slice(0, limit);
}

/** The id in a row: sort keys end with it, after an instant or a SKU. */
export const idOf = ({ sort }: Pick<IndexRow, 'sort'>): string => sort.slice(sort.indexOf('#') + 1);

interface Pages extends Omit<Page, 'partition'> {
  partitions: readonly string[];
}

/** A page of each partition, merged by sort key, and where the next pages begin: undefined after the last. */
async function readPages({ partitions, ...page }: Pages, table: Table): Promise<{ rows: IndexRow[]; end?: string }> {
  const pages = await Promise.all(partitions.map((partition) => queryIndex({ ...page, partition }, table)));
  const inOrder = (a: string, b: string): number => (page.newestFirst ? compareText(b, a) : compareText(a, b));
  // A full page may continue after its last row: what sorts after that is for the next pages.
  const ends = pages.flatMap((rows) => (rows.length < page.limit ? [] : (rows.at(-1)?.sort ?? [])));
  const [end] = ends.sort(inOrder);
  const rows = pages.flat().filter(({ sort }) => end === undefined || inOrder(sort, end) <= 0);
  return { rows: rows.sort((a, b) => inOrder(a.sort, b.sort)), ...(end !== undefined && { end }) };
}

/** Keys of several partitions, in the order of their sort keys, page by page of about `limit` rows. */
export async function* walkIndex(
  { limit, after, ...where }: Omit<Pages, 'newestFirst'>,
  table = db,
): AsyncGenerator<IndexRow[]> {
  const each = Math.ceil(limit / where.partitions.length) + 1;
  for (let behind = after; ; ) {
    const { rows, end } = await readPages({ ...where, limit: each, newestFirst: false, after: behind }, table);
    if (rows.length > 0) yield rows;
    if (end === undefined) return;
    behind = end;
  }
}

/** A page of a list, as a caller asks for it. */
export interface PageAsked {
  limit: number;
  /** Where the previous page ended. */
  cursor?: string | undefined;
}

/** Where a list looks: all partitions of a kind, for these connections if it has any. */
export const across = (entry: IndexEntry<{ connection: string }>, connections: readonly string[] = ['']) => ({
  index: entry.index,
  partitions: connections.flatMap((connection) => partitionsOf(entry, { connection })),
});

interface Listing<T> extends PageAsked, Pick<Pages, 'index' | 'partitions'> {
  /** Nothing older is looked at: an instant that the sort keys begin with. */
  since?: string | undefined;
  /** The item that a stored one stands for. */
  read?: (stored: T) => T;
  matches?: (item: T) => boolean;
}

/** If a filter leaves out nearly everything, a page ends after this many rounds or rows, with a cursor for the rest. */
const MAX_ROUNDS = 20;
const MAX_LOOKED = 2_000;
const MAX_STEP = 400;
/** Lambda answers with 6 MB at most: a page of larger items ends early, with a cursor. */
const MAX_PAGE_BYTES = 4_000_000;
/** A partition is asked for this many more than its share of a page, as no hash is even. */
const SPARE_ROWS = 4;

/** Rows newest first, in growing steps: if little matches, all partitions would be asked often for few rows each. */
async function* eachStep({ limit, ...where }: Omit<Pages, 'newestFirst'>, table: Table) {
  let { before } = where;
  let each = Math.min(limit + 1, Math.ceil((limit + 1) / where.partitions.length) + SPARE_ROWS);
  let size = limit;
  for (let round = 0, looked = 0; round < MAX_ROUNDS && looked < MAX_LOOKED; round++) {
    const { rows, end } = await readPages({ ...where, limit: each, newestFirst: true, before }, table);
    const step = rows.slice(0, size);
    yield { rows: step, isLast: end === undefined && rows.length <= size };
    looked += step.length;
    before = step.at(-1)?.sort;
    // One connection may have nearly everything there is.
    size = Math.min(2 * size, MAX_STEP);
    each = Math.min(size + 1, each * 2);
  }
}

/** Newest first over several partitions; the cursor is the last sort key seen, valid in all of them. */
export async function listIndex<T extends object>(
  { cursor, since, matches = () => true, read = (stored) => stored, ...where }: Listing<T>,
  table = db,
): Promise<{ items: T[]; cursor?: string }> {
  const items: T[] = [];
  let bytes = 0;
  let seen = cursor && decodeCursor(cursor);
  const page = () => ({ items, ...(seen && { cursor: encodeCursor(seen) }) });
  for await (const { rows, isLast } of eachStep({ ...where, before: seen, after: since }, table)) {
    const stored = await getItems<T & { id: string }>(rows, table);
    const found = new Map(stored.map((item) => [item.id, read(item)]));
    for (const row of rows) {
      const item = found.get(idOf(row));
      if (item !== undefined && matches(item)) {
        bytes += Buffer.byteLength(JSON.stringify(item));
        if (items.length > 0 && bytes > MAX_PAGE_BYTES) return page();
        items.push(item);
      }
      seen = row.sort;
      if (items.length === where.limit && !(isLast && row === rows.at(-1))) return page();
    }
    if (isLast) return { items };
  }
  return page();
}

/** The items of all pages of a list, from a cursor on. */
export async function* eachListed<T>(
  list: (cursor: string | undefined) => Promise<{ items: T[]; cursor?: string }>,
  from?: string,
): AsyncGenerator<T> {
  let cursor = from;
  do {
    const page = await list(cursor);
    yield* page.items;
    cursor = page.cursor;
  } while (cursor);
}

export const encodeCursor = (sort: string): string => Buffer.from(sort).toString('base64url');
export const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();
