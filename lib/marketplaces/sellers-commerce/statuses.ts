import type { Payment } from '#lib/orders/order-schema';
import { idIn } from './tables.ts';

/** "OrderStatusId", of which only these decide anything here. */
const LIVE_CART = 1;
const ABANDONED_CART = 2;
export const PLACED = 3;
const CANCELLED = 5;
export const PARTIALLY_SHIPPED = 8;
const SHIPPED = 9;
const COMPLETED = 10;
export const PROCESSING = 35;
const REJECTED = 36;
export const UNDELIVERED = 37;
const PARTIAL_PAID = 38;

/** "PaymentStatusId": with each of them the money is there, or will be. */
const PAID = { 74: 'AuthorizeAndCapture', 75: 'AuthorizeOnly', 86: 'PriorAuthCapture' };
const AUTHORIZED = 75;
export const isAuthorized = (payment = ''): boolean => idIn(PAID, payment) === AUTHORIZED;

/** Which of these the document's tables do not have; 0 is none. */
export function unknownIn(order: { OrderStatusId: number; PaymentStatusId?: string | undefined }): string[] {
  const { OrderStatusId: status, PaymentStatusId: payment = '0' } = order;
  const isStatus = (status >= LIVE_CART && status <= COMPLETED) || (status >= PROCESSING && status <= PARTIAL_PAID);
  const isPayment = payment === '0' || idIn(PAID, payment) !== undefined;
  return [isStatus ? '' : 'OrderStatusId', isPayment ? '' : 'PaymentStatusId'].filter(Boolean);
}

export const isCart = (status: number): boolean => status === LIVE_CART || status === ABANDONED_CART;
export const isCancelled = (status: number): boolean => status === CANCELLED || status === REJECTED;
/** Whether all of the order has left the seller, whatever became of it then. */
export const isShipped = (status: number): boolean => [SHIPPED, COMPLETED, UNDELIVERED].includes(status);

/** "Return Status ID": partially accepted. */
export const PARTLY = 104;
/** Accepted, refunded, or in part. */
export const isReturned = (status: number): boolean => [98, 100, PARTLY].includes(status);

/** All behind Placed that are neither cancelled nor paid in part: from 4 to 7 they wait for something. */
const RELEASED = [4, 6, 7, PARTIALLY_SHIPPED, SHIPPED, COMPLETED, PROCESSING, UNDELIVERED];

/** "PaymentMethodId". */
const METHODS: Readonly<Record<number, string>> = {
  30: 'PayPal [Express Checkout]',
  31: 'Credit Card',
  32: 'Manual Payment',
  33: 'Purchase Order',
  90: 'Store Credit',
  91: 'Gift Card',
  224: 'Cyber Source (Secure Acceptance)',
};
const PURCHASE_ORDER = 33;
/** The store has the money before there is an order. */
const PREPAID = [90, 91];

/**
 * How the order is paid. An authorization is enough, as capture comes with the parcel. What has no payment of the table
 * (on account, by hand, with a gift card) is paid as the store's status says, once that moves on from placed.
 */
export function paymentOf(status: number, payment = '', method = ''): Payment {
  const id = idIn(METHODS, method) ?? 0;
  return { method: METHODS[id] ?? (method === '0' ? null : method || null), state: stateOf(status, payment, id) };
}

function stateOf(status: number, payment: string, method: number): Payment['state'] {
  if (status === PARTIAL_PAID) return 'pending';
  if (idIn(PAID, payment) !== undefined) return 'paid';
  if (method === PURCHASE_ORDER) return 'on_account';
  return RELEASED.includes(status) || PREPAID.includes(method) ? 'paid' : 'pending';
}
