import { toInstant } from '#lib/platform/time';
import type { PollContext, PollPage } from '../contract.ts';
import { isNoTime, isPast } from '../kit/clock.ts';
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

const ORDERS = { list: listOrders, size: 300, topic: 'order-listed' };
const PRODUCTS = { list: listProducts, size: 100, topic: 'product' };

// There is no filter by time, and what was never updated has no `updated_at`, so lists are read by both times.
// A product's quantity may change and neither time with it, as the document's example shows.
const WALKS: readonly [Walk, ...Walk[]] = [
  { ...ORDERS, name: 'orders', sort: 'updated_at', first: { 'filter[is_active]': 'true' } },
  // Whoever adds an order may set when it was created: one imported late is older than others that were there before.
  { ...ORDERS, name: 'placed', sort: 'created_at', without: 'updated_at', overlapMs: 3_600_000 },
  { ...PRODUCTS, name: 'created', sort: 'created_at', first: {}, daily: true },
  { ...PRODUCTS, name: 'updated', sort: 'updated_at' },
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
  const walk = WALKS[position.walk] ?? WALKS[0];
  const { timeZone } = Settings.parse(context.connection.settings);
  const now = context.now().toISOString();
  // A future time, by a mistake at Sello, would hide every change until then.
  const upToNow = (at: string): string => (at > now ? now : at);
  const mark = since[walk.name];
  const last = mark && upToNow(mark);
  const { rows: bodies, total } = await readRows(context, walk, position.offset, last);
  const rows = bodies.map((row) => ({ row, at: changedAt(row, walk.sort, timeZone) }));
  const head = idOf(bodies[0]);
  const isLast = isLastPage(position, walk, bodies, total);
  const further = last === undefined ? null : seekDated(position, { rows, total, isLast });
  if (further) return { items: [], marks: position.marks, next: { ...further, head } };
  const isWhole = walk.daily && isPast(since.whole, DAY_MS, now);
  // Rows that changed before this instant are not handed on; all rows are if it is empty.
  const floor = last === undefined || isWhole ? '' : earlier(last, walk.overlapMs ?? OVERLAP_MS);
  const newest = rows.reduce((max, { at }) => (at && at > max ? upToNow(at) : max), last ?? '');
  const marks = {
    // Without any time in the list, how slow Sello's clock is remains unknown: a day is allowed for.
    ...{ [walk.name]: newest || earlier(now, DAY_MS), ...(walk.daily && { whole: isWhole ? now : since.whole }) },
    ...position.marks,
  };
  const items = rows
    .filter(({ at }) => floor === '' || at === undefined || (at !== null && at >= floor))
    .filter(({ row }) => !walk.without || !changedAt(row, walk.without, timeZone))
    .map(({ row }) => ({ topic: walk.topic, body: row }));
  // Rows after the last one with a time have not changed.
  const isThrough = rows.some(({ at }) => at && at < floor) || (floor !== '' && rows.at(-1)?.at === null);
  const behind = { walk: position.walk, offset: position.offset + stepOver(rows.length), marks, head };
  const nextWalk = position.walk + 1 < WALKS.length ? { walk: position.walk + 1, offset: 0, marks } : null;
  return { items, marks, next: isThrough || isLast ? nextWalk : behind };
}

async function readRows(context: PollContext, { list, size, sort, first }: Walk, offset: number, last?: string) {
  if (last === undefined && !first) return { rows: [], total: 0 };
  return await list(context, { size, offset, sort, sort_direction: 'desc', ...(last === undefined && first) });
}

const earlier = (at: string, ms: number): string => new Date(Date.parse(at) - ms).toISOString();

/** `total`: how many rows the whole list has, 0 if Sello does not say. */
interface Page {
  rows: ReadonlyArray<{ row: unknown; at: string | null | undefined }>;
  total: number;
  isLast: boolean;
}

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
function seekDated({ walk, offset, marks, after, before }: Position, { rows, total, isLast }: Page) {
  if (after === undefined && offset > 0) return null;
  const known = after ?? 0;
  // What is empty behind all rows that there are holds none with a time either.
  if (rows.length === 0 && total > 0 && total <= known) return null;
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
