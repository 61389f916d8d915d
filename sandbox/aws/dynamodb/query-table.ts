import { readUnits } from './capacity.ts';
import { engine, type Input, type Item, type Walk } from './dynalite.ts';

const PAGE_BYTES = 1024 * 1024;

interface Expression {
  expression: unknown;
}

/** One page of a query or scan, in the order of the keys: at most `Limit` items or a megabyte. */
export function walk({ store, table, data, range, isLocal, readsItems, startKeyNames }: Walk): Input {
  const {
    TableName,
    IndexName,
    Limit = Number.POSITIVE_INFINITY,
  } = data as { [name: string]: string } & { Limit?: number };
  const items = store.getItemDb(TableName ?? '');
  const rows = IndexName ? store.getIndexDb(isLocal ? 'Local' : 'Global', TableName ?? '', IndexName) : items;
  const seen: Item[] = [];
  let size = 0;
  for (const row of rows.list(range)) {
    const item = readsItems ? (items.read(engine.createKey(row, table)) ?? row) : row;
    seen.push(item);
    size += engine.itemSize(item);
    if (seen.length >= Limit || size >= PAGE_BYTES) break;
  }
  const last = seen.at(-1);
  const hasMore = last && (seen.length >= Limit || size >= PAGE_BYTES);
  const found = project(filter(seen, data), data);
  store.charge?.({
    table: TableName ?? '',
    units: IndexName && !readsItems ? 0 : readUnits(size, Boolean(data.ConsistentRead)),
    indexes: IndexName ? [{ name: IndexName, isLocal, units: readUnits(size, Boolean(data.ConsistentRead)) }] : [],
  });
  return {
    ScannedCount: seen.length,
    Count: found.length,
    ...(hasMore && { LastEvaluatedKey: Object.fromEntries(startKeyNames.map((name) => [name, last[name]])) }),
    ...(data.Select !== 'COUNT' && { Items: found }),
  };
}

function filter(items: Item[], data: Input): Item[] {
  const parsed = data._filter as Expression | undefined;
  if (parsed) return items.filter((item) => engine.matchesExprFilter(item, parsed.expression));
  const legacy = data.QueryFilter ?? data.ScanFilter;
  return legacy ? items.filter((item) => engine.matchesFilter(item, legacy, data.ConditionalOperator)) : items;
}

function project(items: Item[], data: Input): Item[] {
  const paths = (data._projection as { paths: unknown[] } | undefined)?.paths ?? (data.AttributesToGet as unknown[]);
  return paths ? items.map((item) => engine.mapPaths(paths, item)) : items;
}
