import { unitsOf } from '#lib/catalog/product';
import type { OpenPlacement } from '#lib/orders/placements';
import { ContractError, NotYetError, RetryableError, ThrottledError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { PollContext, PollPage } from '../contract.ts';
import { unlessRefused } from '../kit/answers.ts';
import { cursorBehind, firstIdOf, type Page } from '../kit/graphql.ts';
import { member, parseJson, textOf } from '../kit/json.ts';
import { each, readShape } from '../kit/shape.ts';
import { isStale, staleItem } from '../kit/stale.ts';
import { ask, isEnded, isRefunded, listPage, PAID_STATUSES } from './api.ts';
import { ORDER_LIST, PRODUCT_LIST, SKU_BY_ID } from './documents.ts';
import { Order, Product, Sku } from './schema.ts';
import { Settings } from './settings.ts';

export { rewindInstant as rewind } from '../kit/rewind.ts';

const SIZE = 100;
/** Changes become visible later than they are stamped, and clocks differ. */
const OVERLAP_MS = 10 * 60_000;
/** Reading an order too often costs nothing; an order whose payment time is outside the range would be lost. */
const ORDER_SLACK_MS = 24 * 3600_000;
/** For how long after payment orders are read once a day: a refund may come after delivery. */
const REFUND_MS = 30 * 24 * 3600_000;
const MAX_RESTARTS = 5;

/**
 * The next page: its list, its range in unix seconds (null: everything), the cursor, and how many rows there were. Before
 * it, open orders that the list lacked are asked for one by one, beginning after the id `asked`.
 */
const Position = z.lazyObject(() => ({
  list: z.enum(['orders', 'products']),
  range: z.nullable(z.tuple([z.number(), z.number()])),
  after: z.nullable(z.string()),
  length: z.nullable(z.number()),
  until: z.string(),
  ...each(z.optional(z.string()), 'first', 'asked', 'remark'),
}));
type Position = z.infer<typeof Position>;

/** The open orders placed here, then the products updated since the last poll. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const placements = await Array.fromAsync(context.openPlacements(null));
  const { stale, open = [] } = Object.groupBy(placements, (one) => (isStale(one, context.now()) ? 'stale' : 'open'));
  const codes = new Map(open.flatMap(({ remoteId: id, orderId }) => (id === null ? [] : [[id, orderId] as const])));
  let { asked, ...position } = parseJson(Position, context.resume) ?? start(context, open);
  if (stale) yield { items: stale.map(staleItem), resume: JSON.stringify({ ...position, asked }) };
  if (asked) yield* readUnlisted(context, [...codes].slice([...codes.keys()].indexOf(asked) + 1), position);
  const unlisted = new Map(position.after === null ? codes : []);
  const setIds = new Set(Object.values(Settings.parse(context.connection.settings).skus));
  let skusListed: Set<string> | undefined;
  for (let restarts = 0; restarts <= MAX_RESTARTS; ) {
    const { list, range, after, length, until, remark } = position;
    const isBegun = list === 'products' && after === null;
    // Updated until it is asked for, not until the poll began: what sells in each poll would be in none of these lists.
    if (isBegun && range) position = { ...position, range: [range[0], Math.ceil(context.now().getTime() / 1000)] };
    if (isBegun && !range) skusListed = new Set();
    const page = await readPage(context, position);
    if (skusListed) for (const name of skuNamesIn(page, setIds)) skusListed.add(name);
    const restarted = { ...position, after: null, length: null, first: undefined };
    // Cursors are offsets: if a row leaves the list, later rows move up, and the next page would skip as many.
    if (length !== null && page.length < length) {
      position = restarted;
      restarts += 1;
      continue;
    }
    const items = itemsFrom(position, page, codes);
    for (const { body } of items) unlisted.delete(textOf(member(body, 'id')));
    const next = follow(context, position, page);
    if (next instanceof Error) {
      // The page's items are handed on even if its cursor is broken: the next poll reads this page again.
      yield { items, resume: JSON.stringify(firstIdOf(page) === position.first ? restarted : position) };
      throw next;
    }
    if (next === null) {
      const resume = JSON.stringify({ ...startProducts({ ...context, watermark: until }, until), remark });
      if (skusListed) yield* readVanished(context, skusListed, setIds, { items, resume, canWait: true });
      return yield { items, resume: null, watermark: until, ...(remark && { remark }) };
    }
    const lacksOrders = next.list !== list && unlisted.size > 0;
    yield { items, resume: JSON.stringify(next), canWait: next.list === 'products' && !lacksOrders };
    if (lacksOrders) yield* readUnlisted(context, unlisted, next);
    position = next;
  }
  throw new RetryableError({ code: 'paging_unstable', description: 'the list grew shorter at every page' });
}

function start(context: PollContext, open: readonly OpenPlacement[]): Position {
  const now = context.now().getTime();
  const until = new Date(now).toISOString();
  const starts = open.map(({ placedAt }) => Date.parse(placedAt) - ORDER_SLACK_MS);
  if (context.watermark !== null && isNewDay(context.watermark, until)) starts.push(now - REFUND_MS);
  if (starts.length === 0) return startProducts(context, until);
  const from = starts.reduce((first, one) => Math.min(first, one), now);
  return { list: 'orders', range: secondsOf(from, now + ORDER_SLACK_MS), after: null, length: null, until };
}

const isNewDay = (watermark: string, until: string): boolean => watermark.slice(0, 10) !== until.slice(0, 10);

/** With a UTC day's first poll all products, as not every change is an update. */
function startProducts({ watermark }: PollContext, until: string): Position {
  const isAll = watermark === null || isNewDay(watermark, until);
  const range = isAll ? null : secondsOf(Date.parse(watermark) - OVERLAP_MS, Date.parse(until));
  return { list: 'products', range, after: null, length: null, until };
}

/** A Sku's name, and its id if the settings name that, or it shows no name. */
function namesOf(sku: unknown, setIds: Set<string>): string[] {
  const [id = '', name = ''] = ['id', 'identifier'].map((key) => textOf(member(sku, key)));
  return [name, setIds.has(id) || name === '' ? id : ''];
}

/** A disabled Sku, or one of a disabled product, counts as one that is not listed: another may have its name. */
const skuNamesIn = ({ nodes }: Page, setIds: Set<string>): string[] =>
  nodes
    .flatMap((body) => Product.safeParse(body).data ?? [])
    .flatMap(({ enabled, skus }) => (enabled === false ? [] : skus))
    .flatMap((sku) => (member(sku, 'enabled') === false ? [] : namesOf(sku, setIds)));

/**
 * No notification tells that a Sku or its name is gone: what the catalog has units of and a list of all products lacks is
 * read, behind the list's `last` page. A poll that breaks off there goes on as if that was done: the list is not begun anew.
 */
async function* readVanished(context: PollContext, listed: Set<string>, setIds: Set<string>, last: PollPage) {
  for await (const sku of context.skus(null)) {
    const product = await context.findProduct(sku);
    const id = product && unitsOf(product) ? product.externalId : undefined;
    if (id === undefined || listed.has(id) || listed.has(sku)) continue;
    if (last.items.length > 0) yield { ...last, items: last.items.splice(0) };
    const node = await orError(unlessRefused(() => ask(context, SKU_BY_ID, { id })));
    const isThere = namesOf(node, setIds).some((name) => name === id || name === sku);
    const body = isThere ? node : { id, identifier: sku, inventory: 0 };
    yield { ...last, items: node instanceof Error ? [] : [{ topic: 'sku', body }] };
  }
}

const secondsOf = (from: number, to: number): [number, number] => [Math.floor(from / 1000), Math.ceil(to / 1000)];

function readPage(context: PollContext, { list, range, after }: Position): Promise<Page> {
  const page = { first: SIZE, ...(after !== null && { after }) };
  const filters = { time_payment_processed_range: range, status_in: PAID_STATUSES };
  if (list === 'orders') return listPage(context, ORDER_LIST, { ...page, filters });
  return listPage(context, PRODUCT_LIST, { ...page, ...(range && { filters: { timeUpdatedRange: range } }) });
}

/**
 * An order does not show its code, so it is found by its id; the partner may have placed others elsewhere. Of orders
 * that are no longer open, only refunded ones are handed on.
 */
function itemsFrom({ list }: Position, { nodes }: Page, codes: ReadonlyMap<string, string>): PollPage['items'] {
  if (list === 'products') return nodes.flatMap((body) => [{ topic: 'product', body }, ...unreadableIn(body)]);
  return nodes.flatMap((order) => {
    const placement = textOf(member(order, 'id'));
    const partnerOrderCode = codes.get(placement);
    if (partnerOrderCode !== undefined) return [{ topic: 'order', body: { ...order, partnerOrderCode }, placement }];
    return isRefunded(textOf(member(order, 'refundStatus'))) ? [{ topic: 'refunded', body: order }] : [];
  });
}

/** A product's Skus that cannot be read, each alone: among those that can it would be passed over without a word. */
function unreadableIn(body: object): PollPage['items'] {
  const { skus, ...product } = Product.safeParse(body).data ?? { skus: [] };
  const items = skus.map((sku) => ({ topic: 'sku', body: { ...(sku as object), product } }));
  const unreadable = items.filter((sku) => !Sku.safeParse(sku.body).success);
  return unreadable.length < items.length ? unreadable : [];
}

/** Asks for each open order that the list does not show, although it should: it ended early, or filters in its own way. */
async function* readUnlisted(context: PollContext, unlisted: Iterable<[string, string]>, next: Position) {
  for (const [asked, code] of unlisted) {
    const items = await orError(readOne(context, asked, code));
    yield { items: items instanceof Error ? [] : items, resume: JSON.stringify({ ...next, asked }) };
    if (items instanceof Error) throw items;
  }
  yield { items: [], resume: JSON.stringify(next), canWait: true };
}

/** What is read, or its error: one that fails each time must not hold up those behind it. Throws what asks for patience. */
async function orError<T>(read: Promise<T>): Promise<T | Error> {
  const found = await read.catch((error: unknown) => error as Error);
  if (found instanceof NotYetError || found instanceof ThrottledError) throw found;
  return found;
}

/** By its code, then by its id; what stands under its code alone is read as its first placement, by another form of id. */
async function readOne(context: PollContext, id: string, partnerOrderCode: string): Promise<PollPage['items']> {
  const read = async (filters: Record<string, string>): Promise<object[]> =>
    (await unlessRefused(() => listPage(context, ORDER_LIST, { first: SIZE, filters })))?.nodes ?? [];
  const isIt = (order: object): boolean => textOf(member(order, 'id')) === id;
  const byCode = await read({ partner_order_code: partnerOrderCode });
  const order = byCode.find(isIt) ?? (await read({ order_id: id })).find(isIt) ?? byCode.find(isStanding);
  return order ? [{ topic: 'order', body: { ...order, partnerOrderCode }, placement: id }] : [];
}

const isStanding = (order: object): boolean =>
  PAID_STATUSES.includes(textOf(member(order, 'status')).toUpperCase()) && !isEnded(readShape(Order, order));

/** The next page, null behind the last one, or why the list cannot be followed. */
function follow(context: PollContext, position: Position, page: Page): Position | null | Error {
  try {
    const after = cursorBehind(page, position.after, position.first);
    if (after !== null) return { ...position, after, length: page.length, first: firstIdOf(page) };
  } catch (error) {
    // Open orders can be asked for one by one, and products must not wait for their list.
    if (position.list === 'products' || !(error instanceof ContractError)) return error as Error;
    return { ...startProducts(context, position.until), remark: `orderList: ${error.detail.description}` };
  }
  return position.list === 'orders' ? startProducts(context, position.until) : null;
}
