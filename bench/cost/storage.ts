import { table } from '#lib/topology';
import { itemSize } from '#sandbox/aws/dynamodb/item-size';

export type Stored = Record<string, { S?: string; N?: string }>;

/** What DynamoDB adds to each item and index entry. */
const OVERHEAD_BYTES = 100;

/** Items of one kind, for each order. */
export interface StoredKind {
  kind: string;
  items: number;
  tableBytes: number;
  indexBytes: number;
  /** Days until they expire; undefined if they do not. */
  days: number | undefined;
}

/** What this many orders left in the table, by kind of item and how long it is kept. */
export function storedByKind(all: readonly Stored[], orders: number): StoredKind[] {
  return [...Map.groupBy(all, (item) => `${kindOf(item)} ${daysOf(item)}`).values()]
    .map((items): StoredKind => {
      const [first = {}] = items;
      const sum = (of: (item: Stored) => number) => items.reduce((total, item) => total + of(item), 0) / orders;
      return {
        kind: kindOf(first),
        items: items.length / orders,
        tableBytes: sum((item) => itemSize(item as Parameters<typeof itemSize>[0]) + OVERHEAD_BYTES),
        indexBytes: sum(indexBytes),
        days: daysOf(first),
      };
    })
    .sort((a, b) => b.tableBytes - a.tableBytes);
}

/** Counted from the last write. */
function daysOf({ expiresAt }: Stored): number | undefined {
  return expiresAt && Math.round((Number(expiresAt.N) - Date.now() / 1000) / 86_400);
}

const kindOf = ({ pk, sk }: Stored): string => {
  const [first = ''] = (pk?.S ?? '').split('#');
  const [second = ''] = (sk?.S ?? '').split('#');
  return second === first || /^\d/.test(second) || first === 'WORD' ? first : `${first} ${second}`;
};

/** Both indexes hold keys only. */
function indexBytes(item: Stored): number {
  const present = Object.values(table.indexes).filter(({ hashKey }) => item[hashKey]);
  return present.reduce((sum, { hashKey, rangeKey }) => {
    const keys = ['pk', 'sk', hashKey, rangeKey].map((name) => [name, item[name] ?? {}]);
    return sum + itemSize(Object.fromEntries(keys)) + OVERHEAD_BYTES;
  }, 0);
}

/** Bytes an order keeps after this many days. */
export const keptAfter = (kinds: readonly StoredKind[], days: number): number =>
  kinds.reduce((sum, each) => sum + ((each.days ?? Infinity) > days ? each.tableBytes + each.indexBytes : 0), 0);
