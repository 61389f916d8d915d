import { refuse } from './answers.ts';

/** What a list accepts. */
export interface ListingRules {
  defaultSize: number;
  maxSize: number;
  /** Both are matched against a whole path such as `integrations.4.active`. */
  sorts: RegExp;
  filters: RegExp;
  /** Filters that also accept `gt …` and `lt …`. */
  ranges?: readonly string[];
}

interface Source<Item> {
  items: readonly Item[];
  id(item: Item): number;
  /** The value at a path. */
  read(item: Item, path: string): unknown;
  /** The text that a search looks through. */
  text(item: Item): string;
}

/** Sorts, filters, searches and pages; newest first by default. */
export function selectPage<Item>(
  source: Source<Item>,
  query: Record<string, unknown>,
  rules: ListingRules,
): { total: number; page: Item[] } {
  const { sort = 'created_at', sort_direction: direction, search } = query;
  // Refused, not ignored: a caller that relies on it finds out here, not at the real account.
  if (!rules.sorts.test(String(sort))) throw refuse(400, `Sorting by ${sort} is not supported`);
  const filters = filtersOf(query);
  for (const [path] of filters)
    if (!rules.filters.test(path)) throw refuse(400, `Filtering by ${path} is not supported`);
  const matching = source.items.filter(
    (item) =>
      filters.every(([path, wanted]) => matches(source.read(item, path), wanted, rules.ranges?.includes(path))) &&
      (!search || source.text(item).toLowerCase().includes(String(search).toLowerCase())),
  );
  const sign = direction === 'asc' ? 1 : -1;
  const sorted = matching.toSorted(
    (left, right) =>
      sign *
      (compare(source.read(left, String(sort)), source.read(right, String(sort))) ||
        source.id(left) - source.id(right)),
  );
  const size = Math.min(wholeNumber(query.size) || rules.defaultSize, rules.maxSize);
  const offset = wholeNumber(query.offset);
  return { total: matching.length, page: sorted.slice(offset, offset + size) };
}

/** The value at a dotted path, or undefined. */
export function readPath(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], value);
}

/** `filter[name]=value`, or `filter[name][]=value` once for each. */
const filtersOf = (query: Record<string, unknown>): Array<[path: string, wanted: string[]]> =>
  Object.entries(query).flatMap(([name, value]): Array<[string, string[]]> => {
    const path = /^filter\[([^\]]+)\](\[\])?$/.exec(name)?.[1];
    return path === undefined ? [] : [[path, [value].flat().map(String)]];
  });

const matches = (value: unknown, wanted: readonly string[], isRange = false): boolean =>
  wanted.some((text) => {
    const [, relation, bound = ''] = (isRange && /^(gt|lt) (.+)$/.exec(text)) || [];
    if (!relation) return String(value) === text;
    const difference = typeof value === 'number' ? value - Number(bound) : compare(value, bound);
    return relation === 'gt' ? difference > 0 : difference < 0;
  });

function compare(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (left === null || left === undefined) return -1;
  if (right === null || right === undefined) return 1;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left) < String(right) ? -1 : 1;
}

const wholeNumber = (value: unknown): number => (/^\d{1,9}$/.test(String(value)) ? Number(value) : 0);
