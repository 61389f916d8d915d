import { UnknownOutcomeError } from '#lib/platform/errors';
import { member } from '../kit/json.ts';
import { readShape } from '../kit/shape.ts';
import { ask, type Caller, type Variables } from './client.ts';
import { CANCEL_ORDER, CANCEL_ORDER_ITEM, CREATE_ORDER, ORDER_LIST, SET_ORDER_AS_PAID } from './documents.ts';
import { nodesOf, Order, OrderState, Page } from './schema.ts';

/** "Customer cancelled the order", "could not pay for this order": nothing will be shipped. */
const ENDED = new Set(['CLOSED', 'EXPIRED']);

export const isEnded = ({ status, orderItems }: Order): boolean =>
  ENDED.has(status) || (orderItems.length > 0 && orderItems.every((item) => item.status === 'CANCELLED'));

/** query orderList: a page of orders. */
export const listOrders = async (caller: Caller, variables: Variables): Promise<Page> =>
  readShape(Page, await ask(caller, ORDER_LIST, variables));

/** query orderList by partner_order_code: as the API answers it, or null. Of several, one that is not ended. */
export async function findOrder(caller: Caller, partnerOrderCode: string): Promise<object | null> {
  const orders = nodesOf(await listOrders(caller, { first: 20, filters: { partner_order_code: partnerOrderCode } }));
  return orders.find((order) => !isEnded(readShape(Order, order))) ?? orders.at(-1) ?? null;
}

export interface NewOrder {
  shippingAddress: Record<string, string>;
  orderItems: Array<{ skuId: string; quantity: number }>;
  partnerOrderCode: string;
  partnerSellerName?: string;
}

/** mutation createOrder */
export const createOrder = async (caller: Caller, order: NewOrder): Promise<OrderState> =>
  readState(await ask(caller, CREATE_ORDER, { ...order }), 'order');

/** mutation setOrderAsPaid: "please check the order status and it should be OPEN". */
export const setOrderAsPaid = async (caller: Caller, orderId: string, chargeId: string): Promise<OrderState> =>
  readState(await ask(caller, SET_ORDER_AS_PAID, { orderId, chargeId }), 'order');

/** mutation cancelOrder: "only when all order items status of this order are PAID". */
export const cancelOrder = async (caller: Caller, orderId: string): Promise<OrderState> =>
  readState(await ask(caller, CANCEL_ORDER, { orderId }), 'order');

/** mutation cancelOrderItem: "Only when order item status is PAID". */
export const cancelOrderItem = async (caller: Caller, orderItemId: string): Promise<OrderState> =>
  readState(await ask(caller, CANCEL_ORDER_ITEM, { orderItemId }), 'orderItem');

/** They may well have done what they do not show: reading it back tells. */
function readState(answer: unknown, name: 'order' | 'orderItem'): OrderState {
  const state = OrderState.safeParse(member(answer, name));
  if (state.success) return state.data;
  throw new UnknownOutcomeError({ code: 'unexpected_answer', description: `the answer has no ${name}` });
}
