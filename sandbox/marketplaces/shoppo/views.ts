import type { Catalog } from './catalog.ts';
import { type Order, type OrderItem, refundStatusOf, type ShippingPackage, statusOf, totalsOf } from './order.ts';
import { categoryOf, imagesOf, type Product, type Sku, toFloat, videoOf } from './product.ts';
import type { Ticket } from './tickets.ts';

/** An object as in the schema; fields that lead to other objects are functions, called when asked for. */
export type View = Record<string, unknown>;

type Snapshot<T> = T & { originalId?: string };

export type Views = ReturnType<typeof createViews>;

export function createViews(catalog: Catalog) {
  const showProduct = (product: Snapshot<Product>, ordered?: OrderItem): View => {
    const images = imagesOf({ ...product, id: product.originalId ?? product.id });
    const skus = (): Array<Snapshot<Sku>> => (ordered ? [ordered.sku] : catalog.skus(product.id));
    return {
      ...product,
      __typename: 'Product',
      originalId: product.originalId ?? product.id,
      enabled: () => catalog.isSold(product),
      coverImage: { __typename: 'Image', ...images.cover },
      whiteBackgroundImage: { __typename: 'Image', ...images.white },
      extraImages: [{ __typename: 'Image', ...images.extra }],
      coverVideo: product.video ? { __typename: 'Video', ...videoOf(product) } : null,
      consumerCategories: [categoryOf(product.categoryId)],
      inventory: () => skus().reduce((sum, { inventory }) => sum + inventory, 0),
      skus: () => skus().map((sku) => showSku(sku, ordered)),
    };
  };
  const showSku = (sku: Snapshot<Sku>, ordered?: OrderItem): View => ({
    ...sku,
    __typename: 'Sku',
    originalId: sku.originalId ?? sku.id,
    price: toFloat(sku.price),
    msrp: sku.msrp === null ? null : toFloat(sku.msrp),
    shippingPrice: toFloat(sku.shippingPrice),
    shippingConfig: {
      CountryCourierCode: 'US',
      shippingPrice: toFloat(sku.shippingPrice),
      shippingTime: sku.shippingTime,
    },
    specs: [
      { name: 'Size', value: sku.size },
      { name: 'Weight', value: sku.weight },
    ].filter(({ value }) => value !== null),
    coverImage: { __typename: 'Image', ...imagesOf({ ...sku, id: sku.originalId ?? sku.id }).cover },
    product() {
      const product = ordered?.product ?? catalog.product(sku.productId);
      return product ? showProduct(product, ordered) : null;
    },
  });
  const showItem = (order: Order, item: OrderItem): View => ({
    __typename: 'OrderItem',
    id: item.id,
    quantity: item.quantity,
    status: item.status,
    isRefunded: item.refund !== null,
    refundedAmount: item.refund && toFloat(item.refund.amount),
    shippingRefunded: item.refund?.withShipping ?? null,
    timeRefunded: item.refund?.time ?? null,
    shippingPackage: item.package && showPackage(item.package),
    shippingProvider: item.package?.courier ?? null,
    trackingNumber: item.package?.trackingNumber ?? null,
    order: () => showOrder(order),
    product: () => showProduct(item.product, item),
    sku: () => showSku(item.sku, item),
  });
  const showOrder = (order: Order): View => {
    const { subtotal, shipping } = totalsOf(order.items);
    return {
      __typename: 'Order',
      id: order.id,
      discountAmount: 0,
      orderItems: () => order.items.map((item) => showItem(order, item)),
      orderSubtotal: toFloat(subtotal),
      orderTotal: toFloat(subtotal),
      shippingAddress: order.address,
      shippingCost: toFloat(shipping),
      status: statusOf(order),
      refundStatus: refundStatusOf(order),
      timeCreated: order.timeCreated,
      timePaymentProcessed: order.timePaymentProcessed,
      trackingNumber: order.trackingNumber,
    };
  };
  return {
    product: (product: Snapshot<Product>) => showProduct(product),
    sku: (sku: Snapshot<Sku>) => showSku(sku),
    order: showOrder,
    item: showItem,
  };
}

export function showPackage(parcel: ShippingPackage): View {
  return { ...parcel, __typename: 'ShippingPackage', isDelivered: parcel.timeDelivered !== null };
}

export const showTicket = (ticket: Ticket): View => ({
  ...ticket,
  __typename: ticket.kind,
  ticketId: ticket.id,
  status: ticket.zendeskStatus === 'CLOSED' ? 'CLOSED' : 'OPEN',
  comments: {
    length: ticket.comments.length,
    edges: ticket.comments.map(({ content }) => ({ node: { content } })),
  },
});
