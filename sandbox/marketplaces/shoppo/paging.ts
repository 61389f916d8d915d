import { GraphQLError } from 'graphql';

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

type Bound = number | null | undefined;
/** `[from, to]`, both inclusive; a null bound is open. */
export type Range = readonly Bound[] | null | undefined;

// The page gives neither: a list asked for without a size is not the whole list, so that a client must page.
const DEFAULT_PAGE = 20;
const MOST = 100;
const PREFIX = 'arrayconnection:';

/** One page of a list as a Relay connection; cursors are offsets, as the page says. `length` counts all matches. */
export function toConnection<T>(items: readonly T[], page: PageArguments, show: (item: T) => unknown) {
  const after = offsetOf(page.after, 'after');
  const before = offsetOf(page.before, 'before');
  let start = after === null ? 0 : Math.min(after + 1, items.length);
  let end = before === null ? items.length : Math.min(before, items.length);
  const { first, last } = sizesOf(page);
  if (first !== null) end = Math.min(end, start + first);
  if (last !== null) start = Math.max(start, end - last);
  const edges = items.slice(start, end).map((item, index) => ({
    cursor: cursorOf(start + index),
    node: show(item),
  }));
  return {
    length: items.length,
    edges,
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Whether a time lies in a filter's range; a time that never was lies in none. */
export function inRange(range: Range, time: number | null, name: string): boolean {
  if (!range) return true;
  if (range.length !== 2) throw new GraphQLError(`${name} must be [from, to]`);
  const [from, to] = range;
  return time !== null && time >= (from ?? Number.NEGATIVE_INFINITY) && time <= (to ?? Number.POSITIVE_INFINITY);
}

function sizesOf({ first, last }: PageArguments): { first: number | null; last: number | null } {
  for (const [name, size] of Object.entries({ first, last })) {
    if (typeof size === 'number' && size < 0) throw new GraphQLError(`${name} must not be negative`);
  }
  const atMost = (size: number | null | undefined): number | null => (size == null ? null : Math.min(size, MOST));
  return { first: atMost(first) ?? (last == null ? DEFAULT_PAGE : null), last: atMost(last) };
}

function cursorOf(offset: number): string {
  return Buffer.from(`${PREFIX}${offset}`).toString('base64');
}

function offsetOf(cursor: string | null | undefined, name: string): number | null {
  if (cursor == null || cursor === '') return null;
  const text = Buffer.from(cursor, 'base64').toString();
  const offset = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  if (!/^\d{1,9}$/.test(offset)) throw new GraphQLError(`${name} is not a cursor of this list`);
  return Number(offset);
}
