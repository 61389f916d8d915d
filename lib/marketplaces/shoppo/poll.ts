import type { OpenPlacement } from '#lib/orders/placements';
import { RetryableError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { PollContext, PollPage } from '../contract.ts';
import { member, parseJson, textOf } from '../kit/json.ts';
import { isStale, staleItem } from '../kit/stale.ts';
import { isRefunded, listOrders, listProducts } from './api.ts';
import { nodesOf, type Page } from './schema.ts';

const SIZE = 100;
/** Changes become visible later than they are stamped, and clocks differ. */
const OVERLAP_MS = 10 * 60_000;
/** An order read once too often costs nothing; one whose time of payment lies outside would be lost. */
const ORDER_SLACK_MS = 24 * 3600_000;
/** How long after its payment an order is looked at once a day, as a refund may come after all was delivered. */
const REFUND_MS = 30 * 24 * 3600_000;
const MAX_RESTARTS = 5;
/** From PAID on: all whose payment has a time, so that none leaves the list while it is read. */
const PAID_STATUSES = ['PAID', 'IN_PROGRESS', 'DELIVERED', 'CLOSED'];

/**
 * The next page: of which list and range in unix seconds (none: all there is), behind which cursor, of how many in all.
 */
const Position = z.object({
  list: z.enum(['orders', 'products']),
  range: z.nullable(z.tuple([z.number(), z.number()])),
  after: z.nullable(z.string()),
  length: z.nullable(z.number()),
  until: z.string(),
});
type Position = z.infer<typeof Position>;

/** The orders placed here that still move, then the products updated since the last poll. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const open = await openByRemoteId(context);
  if (open.stale.length > 0) yield { items: open.stale.map(staleItem), resume: context.resume };
  let position = parseJson(Position, context.resume) ?? start(context, open.oldest);
  for (let restarts = 0; restarts <= MAX_RESTARTS; ) {
    const page = await readPage(context, position);
    // Cursors are offsets: what left the list moved the rest up, and a page would miss as many.
    if (position.length !== null && page.length < position.length) {
      position = { ...position, after: null, length: null };
      restarts += 1;
      continue;
    }
    const items = itemsOf(position, page, open.ids);
    const next = follow(context, position, page);
    if (next === null) return yield { items, resume: null, watermark: position.until };
    yield { items, resume: JSON.stringify(next) };
    position = next;
  }
  throw new RetryableError({ code: 'paging_unstable', description: 'the list grew shorter at every page' });
}

interface OpenOrders {
  /** Shoppo's order id → our order's. */
  ids: ReadonlyMap<string, string>;
  oldest: number | null;
  stale: readonly OpenPlacement[];
}

async function openByRemoteId({ openPlacements, now }: PollContext): Promise<OpenOrders> {
  const ids = new Map<string, string>();
  let oldest: number | null = null;
  const stale: OpenPlacement[] = [];
  for await (const placement of openPlacements(null)) {
    const { orderId, remoteId, placedAt } = placement;
    if (isStale(placement, now())) {
      stale.push(placement);
      continue;
    }
    if (remoteId !== null) ids.set(remoteId, orderId);
    oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, Date.parse(placedAt));
  }
  return { ids, oldest, stale };
}

function start(context: PollContext, oldest: number | null): Position {
  const now = context.now().getTime();
  const until = new Date(now).toISOString();
  const { watermark } = context;
  const starts = [
    ...(oldest === null ? [] : [Math.min(oldest - ORDER_SLACK_MS, now)]),
    ...(watermark !== null && isNewDay(watermark, until) ? [now - REFUND_MS] : []),
  ];
  if (starts.length === 0) return startProducts(context, until);
  const range = secondsOf(Math.min(...starts), now + ORDER_SLACK_MS);
  return { list: 'orders', range, after: null, length: null, until };
}

const isNewDay = (watermark: string, until: string): boolean => watermark.slice(0, 10) !== until.slice(0, 10);

/**
 * Products updated until now; on the first poll of a day in UTC all there are, as not every change counts as an update.
 * One that is updated meanwhile leaves the list, which shows in its length, and is the next poll's.
 */
function startProducts({ watermark }: PollContext, until: string): Position {
  const isWhole = watermark === null || isNewDay(watermark, until);
  const range = isWhole ? null : secondsOf(Date.parse(watermark) - OVERLAP_MS, Date.parse(until));
  return { list: 'products', range, after: null, length: null, until };
}

const secondsOf = (from: number, to: number): [number, number] => [Math.floor(from / 1000), Math.ceil(to / 1000)];

function readPage(context: PollContext, { list, range, after }: Position): Promise<Page> {
  const page = { first: SIZE, ...(after !== null && { after }) };
  if (list === 'products')
    return listProducts(context, { ...page, ...(range && { filters: { timeUpdatedRange: range } }) });
  return listOrders(context, {
    ...page,
    filters: { time_payment_processed_range: range, status_in: PAID_STATUSES },
  });
}

/**
 * An order does not show its code, and the partner may have placed others by other means. Of those that do not move any
 * more a refund is worth a look.
 */
function itemsOf({ list }: Position, page: Page, ids: OpenOrders['ids']): PollPage['items'] {
  if (list === 'products') return nodesOf(page).map((body) => ({ topic: 'product', body }));
  return nodesOf(page).flatMap((order) => {
    const partnerOrderCode = ids.get(textOf(member(order, 'id')));
    if (partnerOrderCode !== undefined) return [{ topic: 'order', body: { ...order, partnerOrderCode } }];
    return isRefunded(textOf(member(order, 'refundStatus'))) ? [{ topic: 'refunded', body: order }] : [];
  });
}

function follow(context: PollContext, position: Position, { length, pageInfo }: Page): Position | null {
  const { hasNextPage, endCursor } = pageInfo;
  if (hasNextPage && endCursor !== undefined && endCursor !== position.after)
    return { ...position, after: endCursor, length };
  return position.list === 'orders' ? startProducts(context, position.until) : null;
}
