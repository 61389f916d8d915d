/** "OrderStatusId", of which only these decide anything here. */
const LIVE_CART = 1;
const ABANDONED_CART = 2;
export const PLACED = 3;
const WAITING_FOR_DROPSHIPMENT = 4;
const CANCELLED = 5;
const AWAITING_FULFILLMENT = 6;
const AWAITING_SHIPMENT = 7;
export const PARTIALLY_SHIPPED = 8;
const SHIPPED = 9;
const COMPLETED = 10;
export const PROCESSING = 35;
const REJECTED = 36;
const UNDELIVERED = 37;
const PARTIAL_PAID = 38;

/** "PaymentStatusId". */
const CAPTURED = 74;
export const AUTHORIZED = 75;
const CAPTURED_LATER = 86;

export const isCart = (status: number): boolean => status === LIVE_CART || status === ABANDONED_CART;
export const isCancelled = (status: number): boolean => status === CANCELLED || status === REJECTED;
/** Whether all of the order has left the seller, whatever became of it then. */
export const isShipped = (status: number): boolean => [SHIPPED, COMPLETED, UNDELIVERED].includes(status);

const PAID = [CAPTURED, AUTHORIZED, CAPTURED_LATER];
const RELEASED = [
  WAITING_FOR_DROPSHIPMENT,
  AWAITING_FULFILLMENT,
  AWAITING_SHIPMENT,
  PARTIALLY_SHIPPED,
  SHIPPED,
  COMPLETED,
  PROCESSING,
  UNDELIVERED,
];

/**
 * Whether the order may be shipped. An authorization is enough, as capture comes with the parcel; an order on account,
 * which has no payment status, is one once the store moves it on.
 */
export function isPaid(status: number, payment: number | undefined): boolean {
  if (status === PARTIAL_PAID) return false;
  return payment === undefined ? RELEASED.includes(status) : PAID.includes(payment);
}
