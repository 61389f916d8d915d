import { ContractError } from '#lib/platform/errors';
import { toInstant } from '#lib/platform/time';
import type { PollContext, PollPage } from '../contract.ts';
import { member, textOf } from '../kit/json.ts';
import { rewindInstant } from '../kit/rewind.ts';
import { listOrders, listProducts } from './api.ts';
import { Settings } from './settings.ts';

/** A list read newest first, down to where the last poll began. */
interface Walk {
  name: 'orders' | 'created' | 'updated';
  list: typeof listOrders;
  size: number;
  sort: 'updated_at' | 'created_at';
  topic: string;
  /**
   * The filter of the very first poll, which has no watermark to stop at; without one it reads nothing of this list.
   */
  first?: Record<string, string>;
}

// There is no filter by time. A new product has no `updated_at`, so products are read by both of their times.
const WALKS: readonly Walk[] = [
  {
    name: 'orders',
    list: listOrders,
    size: 300,
    sort: 'updated_at',
    topic: 'order-listed',
    first: { 'filter[is_active]': 'true' },
  },
  { name: 'created', list: listProducts, size: 100, sort: 'created_at', topic: 'product', first: {} },
  { name: 'updated', list: listProducts, size: 100, sort: 'updated_at', topic: 'product' },
];

/** Changes are committed later than they are stamped, and clocks differ. */
const OVERLAP_MS = 5 * 60_000;
/** Rows that are removed while we read move the rest up by as many. */
const ROWS_AGAIN = 10;

type Marks = Partial<Record<Walk['name'], string>>;
/** Rewinds each list's mark; a list that was never read keeps none. */
export const rewind = (watermark: string, since: string): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(JSON.parse(watermark) as Marks).map(([walk, mark]) => [walk, rewindInstant(mark, since)]),
    ),
  );

/** The next page: which walk, how far into it, and the newest change each walk has seen. */
type Position = { walk: number; offset: number; marks: Marks };

/** A page a call, so that a poll that ran out of budget repeats none. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const since: Marks = context.watermark === null ? {} : JSON.parse(context.watermark);
  const start = { walk: 0, offset: 0, marks: {} };
  let position: Position | null = context.resume === null ? start : (JSON.parse(context.resume) as Position);
  while (position) {
    const { items, next, marks } = await readPage(context, position, since);
    yield next ? { items, resume: JSON.stringify(next) } : { items, resume: null, watermark: JSON.stringify(marks) };
    position = next;
  }
}

async function readPage(context: PollContext, { walk: index, offset, marks: seen }: Position, since: Marks) {
  const walk = WALKS[index] ?? WALKS[0];
  if (!walk) throw new Error('there is a list to read');
  const { timeZone } = Settings.parse(context.connection.settings);
  const last = since[walk.name];
  const isSkipped = last === undefined && !walk.first;
  const query = {
    size: walk.size,
    offset,
    sort: walk.sort,
    sort_direction: 'desc',
    ...(last === undefined && walk.first),
  };
  const rows = isSkipped ? [] : await walk.list(context, query);
  const floor = last === undefined ? '' : new Date(Date.parse(last) - OVERLAP_MS).toISOString();
  const dated = rows.map((row) => ({ row, at: changedAt(row, walk.sort, timeZone) }));
  const changed = dated.filter(({ at }) => at === null || at >= floor);
  const newest = dated.reduce((max, { at }) => (at !== null && at > max ? at : max), last ?? '');
  const marks = offset === 0 ? { ...seen, [walk.name]: newest || context.now().toISOString() } : seen;
  const ended = rows.length < walk.size || changed.length < rows.length;
  const ahead = ended
    ? { walk: index + 1, offset: 0, marks }
    : { walk: index, offset: offset + walk.size - ROWS_AGAIN, marks };
  const items = changed
    .filter(({ row }) => (member(row, 'id') ?? '') !== '')
    .map(({ row }) => ({ topic: walk.topic, body: row }));
  return { items, marks, next: ahead.walk < WALKS.length ? ahead : null };
}

/** Null for a row whose time cannot be read: such a row is handed on and becomes an unreadable event. */
function changedAt(row: unknown, field: string, zone: string): string | null {
  const value = textOf(member(row, field));
  try {
    return value === '' ? null : toInstant(value, field, zone);
  } catch (error) {
    if (error instanceof ContractError) return null;
    throw error;
  }
}
