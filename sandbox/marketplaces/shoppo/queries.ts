import type { Base } from '../base.ts';
import type { Catalog } from './catalog.ts';
import type { ShoppoEvent } from './events.ts';
import type { Image } from './image.ts';
import { type OrderStatus, statusOf } from './order.ts';
import type { Orders } from './orders.ts';
import { inRange, type PageArguments, type Range, toConnection } from './paging.ts';
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
  base: Base<ShoppoEvent>;
  catalog: Catalog;
  orders: Orders;
  tickets: Tickets;
  views: Views;
}

/** The fields of RootQuery. Lists are in the order in which things were created. */
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
        // No order of a partner over this API comes out of an uploaded file.
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
