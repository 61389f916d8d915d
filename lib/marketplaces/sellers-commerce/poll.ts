import { ContractError, RejectedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import * as z from '#lib/platform/zod';
import type { PollContext, PollPage } from '../contract.ts';
import { isPast, learnOffset, localAt, middleOf, nameOffset, offsetOf, secondsOf } from '../kit/clock.ts';
import { member, parseJson, textOf } from '../kit/json.ts';
import { rewindInstant, stepOver } from '../kit/rewind.ts';
import { each } from '../kit/shape.ts';
import { type List, listPage, PAGE } from './api.ts';
import { Settings } from './settings.ts';
import { isCart, statusIn } from './statuses.ts';

/** Also how far the store's times may be from UTC while its offset is unknown. */
const DAY_MS = 24 * 3_600_000;
/** How far a poll goes back once the offset is known: the clock may be put back before a change shows that. */
const KNOWN_MS = 2 * 3_600_000;
/** How often a poll goes back a day anyway, to find what a wrong offset would hide. */
const CHECK_MS = 6 * 3_600_000;
/** If two hours hold more rows than this, polls go back that far only every `BUSY_MS`. */
const BUSY_ROWS = 500;
const BUSY_MS = 15 * 60_000;
/** What a first poll reads before everything older, whatever the store's offset. */
const RECENT_MS = 2 * DAY_MS;
const DAY_FIRST = 'its dates have their day first: set settings.dayFirst';
/** How many hashes of rows a mark keeps: other rows are sent again. */
const MAX_SHOWN = 1_000;

type Walk = List & { topic: string; optional?: true; daily?: true };
const ORDERS: Walk = { path: '/api/order/getall', topic: 'order' };

/** The lists to read, in this order. Each date finds orders that others miss; only the first must be readable. */
const WALKS: readonly Walk[] = [
  { ...ORDERS, column: 'ModifiedDate' },
  { ...ORDERS, column: 'OrderPlacedDate', optional: true },
  { ...ORDERS, column: 'CreatedDate', optional: true },
  { path: '/api/return/getall', column: 'ModifiedDate', topic: 'return', optional: true },
  { path: '/api/product/getallproductskus', topic: 'sku', optional: true, daily: true },
];

const instant = z.optional(z.string());

/** Where the last complete poll stopped, and what it learned of the store's clock. */
const Mark = z.lazyObject(() => ({
  /** When it began. */
  at: z.string(),
  /** The newest time in any order; and the store's time it read from. */
  ...each(instant, 'newest', 'from'),
  /** When the store answered its first and last page of orders, by its `Date` header, else by the hub's clock. */
  ...each(instant, 'answeredFrom', 'answeredTo'),
  /** Minutes by which the store's times are ahead of UTC. */
  offset: z.optional(z.number()),
  /** When a poll last went back a day, and last read all SKUs. */
  ...each(instant, 'checkedAt', 'skusAt'),
  /** When a poll last went back two hours or more, and how many rows it read. */
  deep: z.optional(z.object({ at: z.string(), rows: z.number() })),
  /** Hashes of the rows it showed: rows that are the same in the next poll are not sent again. */
  shown: z.optional(z.array(z.string())),
  /** By walk that could not be read: the time to read from once it can. */
  missed: z.optional(z.record(z.string(), instant)),
}));
type Mark = z.infer<typeof Mark>;

const window = { from: z.string(), to: instant };

/** The next page: its walk, its window of time and the rows to skip; and the mark this poll will leave. */
const Position = z.lazyObject(() => ({
  walk: z.number(),
  ...window,
  skip: z.number(),
  /** What `stateOf` the page's first row will be if the store heeds `skip` (`first`), and if it does not (`head`). */
  ...{ first: z.optional(z.string()), head: z.optional(z.string()) },
  /** The most rows in any page of this walk. */
  cap: z.optional(z.number()),
  /** If the store ignores `skip`: the windows left to read (`rest`). `isOpen`: it ignores a window's end, too. */
  ...{ rest: z.optional(z.array(z.object(window))), isOpen: z.optional(z.boolean()) },
  start: z.string(),
  /** First poll only: from when orders are recent; from when the skipped older ones are; whether it reads those. */
  ...{ recent: instant, older: instant, canWait: z.optional(z.boolean()) },
  mark: Mark,
  remarks: z.array(z.string()),
}));
type Position = z.infer<typeof Position>;

export const rewind = (watermark: string, since: string): string => {
  const mark = readMark(watermark);
  return mark ? JSON.stringify({ ...mark, at: rewindInstant(mark.at, since), shown: undefined }) : since;
};

const walkOf = ({ walk }: Position): Walk => WALKS[walk] ?? ORDERS;

/**
 * Everything modified, placed or created since a while before the last poll. A walk ends with a page that has nothing
 * new, not at a time or a page size, so a wrong idea of the store's clock or page size loses nothing. If the store
 * ignores `skip`, a page that may be cut short is read again in halves of its time.
 */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const last = readMark(context.watermark);
  let position: Position = parseJson(Position, context.resume) ?? start(context, last);
  const shownBefore = new Set(last?.shown);
  const shown = new Set<string>();
  let seenInWalk = new Set<string>();
  while (position.walk < WALKS.length) {
    const page = await readPage(context, position, seenInWalk);
    // Returns may be of the older orders: until those are read, a look only tells whether the list can be read.
    const isEarly = position.older !== undefined && walkOf(position).topic === 'return';
    const kept = isEarly ? [] : page.fresh.filter((row) => !isCart(statusIn(row)));
    const changed = takeNew(kept, hashOf, shown).filter((row) => !shownBefore.has(hashOf(row)));
    const next = nextPage(noteTimes(position, page), page, context.now());
    const isLast = next.walk === WALKS.length;
    const isConcluded = isLast || (waits(next) && !waits(position));
    const items = changed.map((body) => ({ topic: walkOf(position).topic, body }));
    const ended = isConcluded && conclude(context, next, last, [...shown].slice(-MAX_SHOWN));
    yield { items, resume: isLast ? null : JSON.stringify(next), canWait: waits(next), ...ended };
    if (next.walk !== position.walk) seenInWalk = new Set();
    position = next;
  }
}

const waits = (position: Position): boolean => position.canWait ?? walkOf(position).daily === true;

/** The rows whose key is none of the `known` ones, to which it is added. */
const takeNew = (rows: readonly unknown[], keyOf: (row: unknown) => string, known: Set<string>): unknown[] =>
  rows.filter((row) => known.size < known.add(keyOf(row)).size);

function start({ now, connection }: PollContext, last: Mark | undefined): Position {
  const { overlapMinutes, since, timeZone } = Settings.parse(connection.settings);
  const at = now().toISOString();
  const isCheck = last?.offset === undefined || isPast(last.checkedAt, CHECK_MS, at);
  const isDeep = isCheck || (last.deep?.rows ?? 0) <= BUSY_ROWS || isPast(last.deep?.at, BUSY_MS, at);
  const checkedAt = isCheck ? at : last.checkedAt;
  const deep = isDeep ? { at, rows: 0 } : last?.deep;
  const depth = isCheck ? DAY_MS : KNOWN_MS;
  const back = overlapMinutes * 60_000 + (isDeep ? depth : 0);
  const from = last ? localAt(Date.parse(last.at) - back, last.offset) : firstFrom(since, timeZone);
  const mark = { ...last, at, from, checkedAt, deep, answeredFrom: undefined, shown: undefined };
  const recent = last ? undefined : localAt(Date.parse(at) - RECENT_MS);
  return { walk: 0, from, start: from, skip: 0, recent, mark, remarks: [] };
}

function firstFrom(since: string | undefined, timeZone: string | undefined): string {
  if (since === undefined) return '1970-01-01T00:00:00';
  const at = Date.parse(since);
  return timeZone ? localAt(at, offsetOf(timeZone, new Date(at).toISOString())) : localAt(at - DAY_MS);
}

/** A page: its rows, those the walk has not shown before, their times in its column, and when the store answered. */
async function readPage(context: PollContext, position: Position, seenInWalk: Set<string>) {
  const { dayFirst } = Settings.parse(context.connection.settings);
  const { rows, at, problem } = await readRows(context, position);
  const written = rows.map((row) => member(row, walkOf(position).column ?? ''));
  const tomorrow = localAt(context.now().getTime() + DAY_MS);
  const { times, isDayFirst } = secondsOf(written, { dayFirst }, [position.from, tomorrow]);
  const clue = dayFirst === undefined && isDayFirst ? DAY_FIRST : undefined;
  const fresh = takeNew(rows, stateOf, seenInWalk);
  return { rows, fresh, times, at: at ?? context.now().toISOString(), problem, clue };
}
type Page = Awaited<ReturnType<typeof readPage>>;

async function readRows(context: PollContext, position: Position): ReturnType<typeof listPage> {
  const { optional, ...list } = walkOf(position);
  const { from, to, skip, mark } = position;
  const { query: rawQuery } = Settings.parse(context.connection.settings);
  const isKnown = skip > 0 || mark.newest !== undefined;
  const read = (until = to) => listPage(context, list, { from, to: until, skip }, { rawQuery, isKnown });
  try {
    return await read();
  } catch (error) {
    // "Order Does Not Exist": the list is empty.
    if (error instanceof RejectedError && error.code === 'response_24') return { rows: [], at: null };
    const isRefused = error instanceof RejectedError || error instanceof ContractError;
    // A store that refuses a window's end is asked without it, and counts as ignoring it.
    if (isRefused && to !== undefined) return await read('');
    if (!optional || !isRefused) throw error;
    const why = [list.column, error instanceof ContractError ? error.detail.description : error.code];
    return { rows: [], at: null, problem: `${list.path} cannot be read: ${why.filter(Boolean).join(', ')}` };
  }
}

/** The position with what a page told: the newest time of its rows, when the store answered, what could not be read. */
function noteTimes(asked: Position, { times, at, problem, clue }: Page): Position {
  const { walk, from, older = from } = asked;
  const mark = { ...asked.mark, missed: { ...asked.mark.missed, [walk]: problem && older } };
  const position = withRemarks({ ...asked, mark }, problem, clue);
  if (problem || walkOf(asked).topic !== 'order') return position;
  const newest = [...times, mark.newest ?? ''].sort().at(-1) || undefined;
  const deep = mark.deep?.at === mark.at ? { at: mark.at, rows: mark.deep.rows + times.length } : mark.deep;
  return { ...position, mark: { ...mark, newest, deep, answeredFrom: mark.answeredFrom ?? at, answeredTo: at } };
}

const withRemarks = (position: Position, ...more: Array<string | undefined>): Position => ({
  ...position,
  remarks: [...new Set([...position.remarks, ...more.filter((remark) => remark !== undefined)])],
});

/** The position behind a page: from its last time on, behind its rows, or in the next walk. */
function nextPage({ cap = 0, ...asked }: Position, page: Page, now: Date): Position {
  const { rows, times, fresh } = page;
  const position = { ...asked, cap: Math.max(cap, rows.length) };
  if (position.rest) return nextWindow(position, page, now);
  if (rows.length === 0) return nextWalk(position, now);
  const isSorted = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? ''));
  const last = times.at(-1) ?? '';
  const byTime = isSorted && last > position.from ? { ...position, from: last, skip: 0, first: undefined } : null;
  // Behind a first page only: a store that ignores the filter shows that page again, and the rest by `skip` alone.
  if (position.skip === 0 && fresh.length > 0 && rows.length >= PAGE && byTime) return recentFirst(byTime);
  // A short page may be one of a store with smaller pages, so the rows behind it are asked for, too.
  const step = stepOver(rows.length);
  const head = stateOf(rows[0]);
  const isOther = fresh.length > 0 && head !== position.head;
  const first = rows.length > step ? stateOf(rows[step]) : undefined;
  if (position.skip === 0 || isOther) return { ...position, skip: position.skip + step, first, head };
  // A page of known rows ends the list, unless the store ignores `skip` and shows the same rows again.
  if (position.first !== undefined && head === position.first) return nextWalk(position, now);
  return position.isOpen && byTime ? byTime : nextWindow(position, page, now);
}

/** Whoever connects a store with years of orders wants today's first. */
function recentFirst({ recent = '', ...position }: Position): Position {
  const { walk, from, start } = position;
  return walk === 0 && from < recent ? { ...position, from: recent, start: recent, older: start } : position;
}

/**
 * The next window of time, for a store that ignores `skip`: one with as many rows as any page had is read in halves, down
 * to a second. Before that, an empty window is tried: a store that shows rows in it ignores a window's end.
 */
function nextWindow({ rest, ...position }: Position, page: Page, now: Date): Position {
  const { rows, times } = page;
  const { from, to, cap, isOpen, mark } = position;
  const { column, path } = walkOf(position);
  if (to === from && rows.length > 0)
    return nextPage({ ...position, to: undefined, skip: 1, isOpen: true }, { ...page, fresh: [] }, now);
  const isFull = rows.length === cap && (column ? cap > 1 : cap === PAGE);
  if (isFull && column && !rest && !isOpen) return { ...position, to: from, skip: 0, rest: [{ from }] };
  const middle = rest ? middleOf(times, from, to ?? localAt(Date.parse(mark.at) + DAY_MS)) : from;
  if (isFull && middle > from) return { ...position, to: middle, rest: [{ from: middle, to }, ...(rest ?? [])] };
  const problem = `${path} shows only ${cap} rows at a time, whatever is skipped: of those with the time ${from}, others may be missing; ask SellersCommerce what to add to settings.query for larger pages`;
  const read = isFull ? withRemarks(position, problem) : position;
  const [next, ...others] = rest ?? [];
  return next ? { ...read, from: next.from, to: next.to, rest: others } : nextWalk(read, now);
}

/** The next list that is due; behind all but the daily one, the older orders that a first poll left for later. */
function nextWalk({ walk, mark, start, remarks, older, canWait }: Position, now: Date): Position {
  const [next, at] = [WALKS[walk + 1], now.toISOString()];
  if (next?.daily && older) return { walk: 0, from: older, start: older, skip: 0, canWait: true, mark, remarks };
  const isDue = !next?.daily || isPast(mark.skusAt, DAY_MS, at);
  const [from = start] = [start, mark.missed?.[walk + 1] ?? start].sort();
  const ahead = { walk: walk + 1, from, start, skip: 0, remarks, older, canWait };
  if (!isDue) return nextWalk({ ...ahead, mark }, now);
  return { ...ahead, mark: next?.daily ? { ...mark, skusAt: at } : mark };
}

/** The watermark of a complete poll, with what it learned of the store's clock. */
function conclude({ connection }: PollContext, { mark, remarks }: Position, last: Mark | undefined, shown: string[]) {
  const { newest = '', answeredTo = '' } = mark;
  const hasChange = last?.newest !== undefined && newest > last.newest;
  // `newest` is older than the last poll's window: the offset is wrong, and when the change was made is unknown.
  const isHidden = hasChange && newest < (last.from ?? '');
  // Otherwise, what the last poll did not show was changed after its first page.
  const learned = hasChange ? learnOffset(newest, last.answeredFrom ?? '', answeredTo) : undefined;
  const offset = isHidden ? undefined : (learned ?? last?.offset);
  const all = [...remarks, ...remarkOn(offset, connection.settings, mark.at)];
  return { watermark: JSON.stringify({ ...mark, offset, shown }), ...(all.length > 0 && { remark: all.join('; ') }) };
}

function remarkOn(offset: number | undefined, settings: Record<string, unknown>, at: string): string[] {
  const { timeZone } = Settings.parse(settings);
  if (offset === undefined || (timeZone && offsetOf(timeZone, at) === offset)) return [];
  const clock = `the store's times are those of ${nameOffset(offset)}`;
  return [timeZone ? `${clock}, which settings.timeZone ${timeZone} is not` : `${clock}: set settings.timeZone`];
}

const hashOf = (row: unknown): string => shortHash(JSON.stringify(row)).slice(0, 10);

/** Tells a row from all others, and from itself before a change. */
function stateOf(row: unknown): string {
  const names = ['OrderNumber', 'ReturnNumber', 'SkuCode', 'ModifiedDate', 'OrderStatusId'];
  const words = names.map((name) => textOf(member(row, name)));
  return words.slice(0, 3).join('') === '' ? JSON.stringify(row) : words.join(' ');
}

const readMark = (watermark: string | null): Mark | undefined =>
  parseJson(Mark, watermark) ?? (watermark === null ? undefined : { at: watermark });
