import type { Payment } from '#lib/orders/order-schema';
import { member, textOf } from '../kit/json.ts';
import { isOnDelivery } from '../kit/on-delivery.ts';
import { idIn, numbered, type Table } from '../kit/tables.ts';

/** "OrderStatusId", by number or name. */
export const STATUSES: Table = {
  ...numbered(1, 'Live Cart, Abandoned Cart, Placed, Waiting for dropshipment, Cancelled, Awaiting Fulfillment'),
  ...numbered(7, 'Awaiting Shipment, Partially Shipped, Shipped, Completed'),
  ...numbered(35, 'Processing Order, Rejected, Undelivered, Partial Paid'),
};
export const [PLACED, PARTIALLY_SHIPPED, PROCESSING, UNDELIVERED] = [3, 8, 35, 37] as const;

/** The OrderStatusId of an order in any shape; 0 if it is not in the table. */
export const statusIn = (order: unknown): number => idIn(STATUSES, textOf(member(order, 'OrderStatusId'))) ?? 0;
const isOne = (status: number, ...names: readonly string[]): boolean => names.includes(STATUSES[status] ?? '');

/** "PaymentStatusId": with any of these, the money has come or will. */
const PAID: Table = { 74: 'AuthorizeAndCapture', 75: 'AuthorizeOnly', 86: 'PriorAuthCapture' };
export const isAuthorized = (payment = ''): boolean => PAID[idIn(PAID, payment) ?? 0] === 'AuthorizeOnly';

/** Which of the two ids the document's tables do not have; 0 means none. */
export function unknownIn(order: { OrderStatusId: number; PaymentStatusId?: string | undefined }): string[] {
  const { OrderStatusId: status, PaymentStatusId: payment = '0' } = order;
  const isPayment = payment === '0' || idIn(PAID, payment) !== undefined;
  return [status in STATUSES ? '' : 'OrderStatusId', isPayment ? '' : 'PaymentStatusId'].filter(Boolean);
}

export const isCart = (status: number): boolean => isOne(status, 'Live Cart', 'Abandoned Cart');
export const isCancelled = (status: number): boolean => isOne(status, 'Cancelled', 'Rejected');
/** Whether all of the order has left the seller, whatever became of it then. */
export const isShipped = (status: number): boolean => isOne(status, 'Shipped', 'Completed', 'Undelivered');

/** "Return Status ID", by number or name. */
export const RETURNS = {
  ...numbered(97, 'Return Initiated, Return Accepted, Return Rejected, Return Refunded'),
  104: 'Return Partially Accepted',
};
export const PARTLY = 104;
export const isReturned = (status: number): boolean => [98, 100, PARTLY].includes(status);

/** "PaymentMethodId". */
const METHODS: Table = {
  ...numbered(30, 'PayPal [Express Checkout], Credit Card, Manual Payment, Purchase Order'),
  ...numbered(90, 'Store Credit, Gift Card'),
  224: 'Cyber Source (Secure Acceptance)',
};
/** The store has the money before the order exists. */
const PREPAID = ['Store Credit', 'Gift Card'];

/**
 * How the order is paid. An authorization counts as paid: the capture comes with the parcel. Without a payment status
 * (on account, by hand, by gift card), the order counts as paid once its status moves on from Placed.
 */
export function paymentOf(status: number, payment = '', method = ''): Payment {
  const name = METHODS[idIn(METHODS, method) ?? 0] ?? (method === '0' ? '' : method);
  return { method: name || null, state: stateOf(status, payment, name) };
}

function stateOf(status: number, payment: string, method: string): Payment['state'] {
  if (isOne(status, 'Partial Paid')) return 'pending';
  if (idIn(PAID, payment) !== undefined) return 'paid';
  if (method === 'Purchase Order') return 'on_account';
  if (isOnDelivery(method)) return 'on_delivery';
  const isReleased = status > PLACED && status in STATUSES && !isCancelled(status);
  return isReleased || PREPAID.includes(method) ? 'paid' : 'pending';
}
