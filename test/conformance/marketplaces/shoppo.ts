import type { Conformance } from '../kit.ts';

const read = (body: string) => ({ status: 200, body });
/** An order under the first code, and none under the next. */
const placed = [read('orders.json'), read('orders-none.json')];
const cancelled = [read('orders-closed.json'), read('orders-none.json')];
/** And none under the first codes of the next three placements. */
const noMore = [read('orders-none.json'), read('orders-none.json'), read('orders-none.json')];
const author = {
  order: 'scopio-main:ord_8f3a',
  firstName: 'Ana',
  lastName: 'Torres',
  email: 'ana@example.com',
};
const itemDeliveryStatus = 'NOT_RECEIVED';

export const conformance: Conformance = {
  secrets: {
    accessToken: 'token',
    viewerId: 'viewer',
    notificationToken: 'now',
    previousNotificationToken: 'before',
  },
  settings: { skus: { 'MUG-RED': '21421713751366966949588' } },
  shipsTo: { address_country: 'US' },
  webhook: {
    secret: 'notificationToken',
    coversBody: false,
    prove: (_body, secret) => ({ headers: { accesstoken: secret }, rest: [] }),
  },
  inbound: {
    'create-product.json': 'create-product',
    'update-product.json': 'update-product',
    'create-sku.json': 'create-sku',
    'update-sku.json': 'update-sku',
    'toggle-merchant.json': 'toggle-merchant',
    'cancel-partner-order.json': 'cancel-partner-order',
    'deliver-partner-order.json': 'deliver-partner-order',
    'reply-ticket.json': 'reply-ticket',
    // The page prints its products and Skus without content.
    'product-updated.json': 'update-product',
    'sku-created.json': 'create-sku',
    'sku-updated.json': 'update-sku',
    'merchant-toggled.json': 'toggle-merchant',
    'order.json': 'order',
    'product.json': 'product',
    'sku.json': 'sku',
  },
  unauthorized: read('unauthorized.json'),
  notFound: read('refused.json'),
  push: {
    order: {
      done: [read('orders-none.json'), read('order-created.json'), read('order-paid.json')],
      writes: 2,
      found: [read('orders.json')],
      absent: [read('orders-open.json')],
    },
    cancel: { done: [...placed, read('order-cancelled.json')], found: cancelled, absent: placed },
  },
  // The open placement is of an order that the list does not show: it is asked for by code, then by id.
  poll: [read('orders.json'), read('orders-none.json'), read('orders-none.json'), read('products.json')],
  fetch: {
    order: [read('orders.json')],
    cancelled: [read('orders-closed.json')],
    product: [read('product-read.json')],
  },
  requests: {
    'exchange-ticket': {
      input: { ...author, reason: 'WRONG_SIZE', imageIds: ['mDDlGkl4YXDuQ'] },
      done: [...placed, ...noMore, read('ticket-created.json')],
    },
    'refund-ticket': {
      input: { ...author, itemDeliveryStatus, reason: 'It never came', problemType: 'NOT_ARRIVED' },
      done: [...placed, ...noMore, read('ticket-created.json')],
    },
    'question-ticket': {
      input: { ...author, itemDeliveryStatus },
      done: [...placed, ...noMore, read('ticket-created.json')],
    },
    'reply-ticket': { input: { ticketId: 'KJh51ba6sd23', content: 'Thank you.' }, done: [read('ticket-replied.json')] },
    'cancel-item': {
      input: { order: 'scopio-main:ord_8f3a', skus: ['MUG-RED'] },
      done: [...placed, ...noMore, read('item-cancelled.json')],
      found: [...cancelled, ...noMore],
      absent: [...placed, ...noMore],
    },
  },
};
