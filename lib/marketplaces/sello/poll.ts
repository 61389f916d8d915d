import { toInstant } from '#lib/platform/time';
import type { PollContext, PollPage } from '../contract.ts';
import { isNoTime } from '../kit/amounts.ts';
import { isPast } from '../kit/clock.ts';
import { member, textOf } from '../kit/json.ts';
import { rewindInstant, stepOver } from '../kit/rewind.ts';
import { unlessUnreadable } from '../kit/shape.ts';
import { listOrders, listProducts } from './api.ts';
import { Settings } from './settings.ts';

/** A list that is read newest first, down to where the last poll began. */
interface Walk {
  name: 'orders' | 'placed' | 'created' | 'updated';
  list: typeof listOrders;
  size: number;
  sort: 'updated_at' | 'created_at';
  topic: string;
  /** The filter of the very first poll, which has no watermark to stop at; if absent, that poll skips this list. */
  first?: Record<string, string>;
  /** Read whole once a day. */
  daily?: true;
  /** Rows that have this time are left to the walk that sorts by it. */
  without?: string;
  /** If absent, OVERLAP_MS. */
  overlapMs?: number;
}

// There is no filter by time, and what was never updated has no `updated_at`, so lists are read by both times.
// A product's quantity may change and neither time with it, as the document's example shows.
const WALKS: readonly Walk[] = [
  {
    name: 'orders',
    list: listOrders,
    size: 300,
    sort: 'updated_at',
    topic: 'order-listed',
    first: { 'filter[is_active]': 'true' },
  },
  {
    name: 'placed',
    list: listOrders,
    size: 300,
    sort: 'created_at',
    topic: 'order-listed',
    without: 'updated_at',
    // Whoever adds an order may set when it was created: one imported late is older than others that were there before.
    overlapMs: 3_600_000,
  },
  { name: 'created', list: listProducts, size: 100, sort: 'created_at', topic: 'product', first: {}, daily: true },
  { name: 'updated', list: listProducts, size: 100, sort: 'updated_at', topic: 'product' },
];

/** Changes are committed later than they are stamped, and clocks differ. */
const OVERLAP_MS = 5 * 60_000;
const DAY_MS = 24 * 3_600_000;

/** The newest change seen in each list, and when the daily one was last read whole. */
type Marks = Partial<Record<Walk['name'] | 'whole', string>>;
/** Rewinds the mark of each list; a list that was never read has none. */
export const rewind = (watermark: string, since: string): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(JSON.parse(watermark) as Marks).map(([walk, mark]) => [walk, rewindInstant(mark, since)]),
    ),
  );

/**
 * The next page: which walk, its offset, and the newest change seen in each walk. If rows without a time come first:
 * `after` is how many are known, `before` an offset past them. `head` is the id of the previous page's first row.
 */
type Position = { walk: number; offset: number; marks: Marks; after?: number; before?: number; head?: string };

/** Each call is a page, so a poll that runs out of budget repeats none. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const since: Marks = context.watermark === null ? {} : JSON.parse(context.watermark);
  const start = { walk: 0, offset: 0, marks: {} };
  let position: Position | null = context.resume === null ? start : (JSON.parse(context.resume) as Position);
  while (position) {
    const { items, next, marks } = await readPage(context, position, since);
    yield next
      ? { items, resume: JSON.stringify(next), canWait: WALKS[next.walk]?.topic === 'product' }
      : { items, resume: null, watermark: JSON.stringify(marks) };
    position = next;
  }
}

async function readPage(context: PollContext, position: Position, since: Marks) {
  const { offset, marks: seen } = position;
  const walk = WALKS[position.walk] ?? WALKS[0];
  if (!walk) throw new Error('there is a list to read');
  const { timeZone } = Settings.parse(context.connection.settings);
  const now = context.now().toISOString();
  // A future time, by a mistake at Sello, would hide every change until then.
  const upToNow = (at: string): string => (at > now ? now : at);
  const mark = since[walk.name];
  const last = mark && upToNow(mark);
  const isFirst = last === undefined;
  const isSkipped = isFirst && !walk.first;
  const query = { size: walk.size, offset, sort: walk.sort, sort_direction: 'desc', ...(isFirst && walk.first) };
  const { rows, total } = isSkipped ? { rows: [], total: 0 } : await walk.list(context, query);
  const dated = rows.map((row) => ({ row, at: changedAt(row, walk.sort, timeZone) }));
  const head = idOf(rows[0]);
  const isLast = isLastPage(position, walk, rows, total);
  // What is empty behind all rows that there are holds none with a time either.
  const isPassed = rows.length === 0 && total > 0 && total <= (position.after ?? 0);
  const further = isFirst || isPassed ? null : seekDated(position, dated, isLast);
  if (further) return { items: [], marks: seen, next: { ...further, head } };
  const isWhole = walk.daily && isPast(since.whole, DAY_MS, now);
  // Rows that changed before this instant are not handed on; all rows are if it is empty.
  const floor = isFirst || isWhole ? '' : new Date(Date.parse(last) - (walk.overlapMs ?? OVERLAP_MS)).toISOString();
  const changed = dated.filter(({ at }) => floor === '' || at === undefined || (at !== null && at >= floor));
  const newest = dated.reduce((max, { at }) => (at && at > max ? upToNow(at) : max), last ?? '');
  // Without any time in the list, how slow Sello's clock is remains unknown: a day is allowed for.
  const dayBefore = new Date(Date.parse(now) - DAY_MS).toISOString();
  const marks = {
    ...{ [walk.name]: newest || dayBefore, ...(walk.daily && { whole: isWhole ? now : since.whole }) },
    ...seen,
  };
  // Rows after the last one with a time have not changed.
  const isThrough = dated.some(({ at }) => at && at < floor) || (floor !== '' && dated.at(-1)?.at === null);
  const items = changed
    .filter(({ row }) => !walk.without || !changedAt(row, walk.without, timeZone))
    .map(({ row }) => ({ topic: walk.topic, body: row }));
  if (!isThrough && !isLast)
    return { items, marks, next: { walk: position.walk, offset: offset + stepOver(rows.length), marks, head } };
  const isDone = position.walk + 1 >= WALKS.length;
  return { items, marks, next: isDone ? null : { walk: position.walk + 1, offset: 0, marks } };
}
type Dated = { row: unknown; at: string | null | undefined };

const idOf = (row: unknown): string => textOf(member(row, 'id'));

/**
 * Whether a list ends with this page. Sello may cap pages below `size`, so that is known by `total`, else by an empty page
 * or the previous one again. A `total` that equals a page of 10, 20 … rows may count that page only: caps are such numbers.
 */
function isLastPage({ offset, head }: Position, { size }: Walk, rows: readonly unknown[], total: number): boolean {
  if (rows.length === 0) return true;
  const isWholeCount = total > 0 && rows.length < size && (rows.length !== total || rows.length % 10 !== 0);
  if (isWholeCount) return offset + rows.length >= total;
  return offset >= total && idOf(rows[0]) === head;
}

/**
 * Where to look next for rows with a time, which may follow thousands without one: doubles the offset, then bisects.
 * Null: read this page.
 */
function seekDated({ walk, offset, marks, after, before }: Position, rows: readonly Dated[], isLast: boolean) {
  if (after === undefined && offset > 0) return null;
  const known = after ?? 0;
  const size = Math.max(1, rows.length);
  if (!isLast && rows.length > 0 && rows.every(({ at }) => at === null)) {
    const passed = offset + size;
    const isBounded = before !== undefined && before > passed;
    return { walk, marks, after: passed, ...(isBounded ? between(passed, before, size) : { offset: passed * 2 }) };
  }
  if (offset <= known || rows[0]?.at === null) return null;
  return { walk, marks, after: known, ...between(known, offset, size) };
}

const between = (after: number, before: number, size: number) => ({
  before,
  offset: before - after <= size ? after : Math.floor((after + before) / 2),
});

/** Null for a row without a time; undefined for one that cannot be read: its row becomes an unreadable event. */
function changedAt(row: unknown, field: string, zone: string): string | null | undefined {
  const value = textOf(member(row, field));
  return isNoTime(value) ? null : unlessUnreadable(() => toInstant(value, field, zone));
}
