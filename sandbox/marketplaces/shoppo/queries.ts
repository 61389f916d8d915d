import { GraphQLError } from 'graphql';
import type { Base } from '../base.ts';
import type { Catalog } from './catalog.ts';
import type { Image } from './image.ts';
import { type OrderStatus, statusOf } from './order.ts';
import type { Orders } from './orders.ts';
import { CATEGORIES } from './product.ts';
import type { TicketKind, Tickets } from './tickets.ts';
import { showPackage, showTicket, type View, type Views } from './views.ts';

interface List<Filters> extends PageArguments {
  filters?: Filters | null;
}

interface OrderFilters {
  order_id?: string | null;
  partner_order_code?: string | null;
  sku_id?: string | null;
  order_csv_upload_record_id?: string | null;
  time_payment_processed_range?: Range;
  status_in?: ReadonlyArray<OrderStatus | null> | null;
}

interface ProductFilters {
  timeCreateRange?: Range;
  timeUpdatedRange?: Range;
  productEnabled?: boolean | null;
  categoryId?: string | null;
}

export interface Parts {
  base: Base;
  catalog: Catalog;
  orders: Orders;
  tickets: Tickets;
  views: Views;
}

/** The fields of RootQuery. Lists are in the order of creation. */
export function createQueries({ base, catalog, orders, tickets, views }: Parts): Record<string, unknown> {
  const images = base.store.collection<Image>('images');

  const ticketList =
    (kind: TicketKind) =>
    ({ filters, ...page }: List<{ timeCreatedRange?: Range }>) => {
      const matches = tickets
        .list()
        .filter((ticket) => ticket.kind === kind)
        .filter(({ timeCreated }) => inRange(filters?.timeCreatedRange, timeCreated, 'timeCreatedRange'));
      return toConnection(matches, page, showTicket);
    };
  const oneTicket =
    (kind: TicketKind) =>
    ({ ticketId }: { ticketId: string }): View | null => {
      const ticket = tickets.get(ticketId);
      return ticket?.kind === kind ? showTicket(ticket) : null;
    };

  return {
    node({ id }: { id: string }): View | null {
      const product = catalog.product(id);
      if (product) return views.product(product);
      const sku = catalog.sku(id);
      if (sku) return views.sku(sku);
      for (const order of orders.list()) {
        if (order.id === id) return views.order(order);
        const item = order.items.find((one) => one.id === id || one.package?.id === id);
        if (item) return item.id === id || !item.package ? views.item(order, item) : showPackage(item.package);
      }
      const ticket = tickets.get(id);
      if (ticket) return showTicket(ticket);
      const image = images.get(id);
      if (image) return { ...image, __typename: 'Image' };
      const category = CATEGORIES.find((one) => one.id === id);
      return category ? { ...category, __typename: 'ConsumerProductCategory' } : null;
    },

    productList({ filters, ...page }: List<ProductFilters>) {
      const { timeCreateRange, timeUpdatedRange, productEnabled, categoryId } = filters ?? {};
      const matches = catalog
        .products()
        .filter(({ timeCreated }) => inRange(timeCreateRange, timeCreated, 'timeCreateRange'))
        .filter(({ timeUpdated }) => inRange(timeUpdatedRange, timeUpdated, 'timeUpdatedRange'))
        .filter((product) => productEnabled == null || catalog.isSold(product) === productEnabled)
        .filter((product) => categoryId == null || product.categoryId === categoryId);
      return toConnection(matches, page, views.product);
    },

    productCategories: (page: PageArguments) => toConnection(CATEGORIES, page, (category) => ({ ...category })),

    orderList({ filters, ...page }: List<OrderFilters>) {
      const { order_id: id, partner_order_code: code, sku_id: skuId, status_in: statuses } = filters ?? {};
      const matches = orders
        .list()
        .filter((order) => id == null || order.id === id)
        .filter((order) => code == null || order.partnerOrderCode === code)
        .filter(({ items }) => skuId == null || items.some(({ sku }) => [sku.id, sku.originalId].includes(skuId)))
        // No order placed by this API comes from an uploaded file.
        .filter(() => filters?.order_csv_upload_record_id == null)
        .filter(({ timePaymentProcessed }) =>
          inRange(filters?.time_payment_processed_range, timePaymentProcessed, 'time_payment_processed_range'),
        )
        .filter((order) => statuses == null || statuses.includes(statusOf(order)));
      return toConnection(matches, page, views.order);
    },

    exchangeItemTicketList: ticketList('ExchangeItemTicket'),
    refundTicketList: ticketList('RefundTicket'),
    orderQuestionTicketList: ticketList('OrderQuestionTicket'),
    exchangeItemTicket: oneTicket('ExchangeItemTicket'),
    refundTicket: oneTicket('RefundTicket'),
    orderQuestionTicket: oneTicket('OrderQuestionTicket'),
  };
}

interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

type Bound = number | null | undefined;
/** `[from, to]`, both inclusive; a null bound is open. */
type Range = readonly Bound[] | null | undefined;

// The page has neither: without a size, a list is not returned whole, so that clients must page.
const DEFAULT_PAGE = 20;
const MOST = 100;
const PREFIX = 'arrayconnection:';

/** One page of a list as a Relay connection; cursors are offsets, as the page says. `length` counts all matches. */
function toConnection<T>(items: readonly T[], page: PageArguments, show: (item: T) => unknown) {
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

/** Whether a time is within a filter's range; a missing time is in none. */
function inRange(range: Range, time: number | null, name: string): boolean {
  if (!range) return true;
  if (range.length !== 2) throw new GraphQLError(`${name} must be [from, to]`);
  const [from, to] = range;
  return time !== null && time >= (from ?? Number.NEGATIVE_INFINITY) && time <= (to ?? Number.POSITIVE_INFINITY);
}

function sizesOf({ first, last }: PageArguments): { first: number | null; last: number | null } {
  for (const [name, size] of Object.entries({ first, last }))
    if (typeof size === 'number' && size < 0) throw new GraphQLError(`${name} must not be negative`);
  const atMost = (size: number | null | undefined): number | null => (size == null ? null : Math.min(size, MOST));
  return { first: atMost(first) ?? (last == null ? DEFAULT_PAGE : null), last: atMost(last) };
}

const cursorOf = (offset: number): string => Buffer.from(`${PREFIX}${offset}`).toString('base64');

function offsetOf(cursor: string | null | undefined, name: string): number | null {
  if (cursor == null || cursor === '') return null;
  const text = Buffer.from(cursor, 'base64').toString();
  const offset = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  if (!/^\d{1,9}$/.test(offset)) throw new GraphQLError(`${name} is not a cursor of this list`);
  return Number(offset);
}
