import {
  BlockedError,
  type IntegrationError,
  RejectedError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import { classify, describe, type HttpResponse } from '#lib/platform/http/classify';
import type { RemoteContext } from '../action.ts';
import { isObject, member, textOf } from '../kit/json.ts';
import { readShape } from '../kit/shape.ts';
import {
  CANCEL_ORDER,
  CANCEL_ORDER_ITEM,
  CREATE_ORDER,
  type Identifier,
  ORDER_LIST,
  productById,
  productList,
  SET_ORDER_AS_PAID,
  skuById,
} from './documents.ts';
import { nodesOf, Order, OrderState, Page } from './schema.ts';

export type Caller = Pick<RemoteContext, 'http' | 'secrets'>;
type Variables = Record<string, unknown>;

/**
 * POST <endpoint>: one operation of one document; returns what its first field answers, null where there is nothing.
 * The connection's base URL is the whole endpoint.
 */
export async function ask(caller: Caller, query: string, variables: Variables): Promise<unknown> {
  const { accessToken = '', viewerId = '' } = caller.secrets;
  const operationName = /\b(?:query|mutation)\s+(\w+)/.exec(query)?.[1];
  const response = await caller.http.request({
    method: 'POST',
    path: '',
    headers: { accesstoken: accessToken, viewerid: viewerId },
    json: { query, variables, operationName },
    reads: !/\bmutation\b/.test(query),
    refusal: (answer) => (classify(answer) instanceof RejectedError ? readErrors(answer) : null),
  });
  const data = member(response.body, 'data');
  const [answer = null] = isObject(data) ? Object.values(data) : [];
  // An answer beside errors: the operation was done, and only some of its fields could not be shown.
  if (answer !== null && !isEmpty(answer)) return answer;
  const refusal = readErrors(response);
  if (refusal) throw refusal;
  if (isObject(data)) return answer;
  throw unclear(response, describe(response));
}

/** A payload of which nothing came: `{ "order": null }`. */
const isEmpty = (answer: unknown): boolean =>
  isObject(answer) && Object.values(answer).every((value) => value === null);

const CREDENTIALS = /^(unauthori[sz]ed|unauthenticated|forbidden|not authenticated|authentication)\b/i;
const PATIENCE = /too many requests|rate limit/i;
const BROKEN = /^(internal|unexpected)( server)? error|timed? ?out|try again|service unavailable/i;

/** "refusals are HTTP 200 with `errors`": the first of them says what happens next. Null where there is none. */
function readErrors(response: HttpResponse): IntegrationError | null {
  const errors = member(response.body, 'errors');
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (first === undefined) return null;
  const description = describe({ ...response, body: textOf(member(first, 'message')) || 'an error without a message' });
  const detail = { code: 'refused', description, httpStatus: response.status };
  if (CREDENTIALS.test(description)) return new BlockedError({ ...detail, code: 'credentials_refused' }, 'connection');
  if (PATIENCE.test(description)) return new ThrottledError({ ...detail, code: 'throttled' }, null);
  // Shoppo failed before or after its work: the outcome is unknown.
  if (BROKEN.test(description)) return unclear(response, description);
  return new RejectedError(detail);
}

const unclear = ({ status }: HttpResponse, description: string): UnknownOutcomeError =>
  new UnknownOutcomeError({ code: 'unexpected_answer', description, httpStatus: status });

/** "Customer cancelled the order", "could not pay for this order": nothing will be shipped. */
const ENDED = new Set(['CLOSED', 'EXPIRED']);

export const isEnded = ({ status, orderItems }: Order): boolean =>
  ENDED.has(status) || (orderItems.length > 0 && orderItems.every((item) => item.status === 'CANCELLED'));

export const isRefunded = (refundStatus = ''): boolean => /^(FULL|PARTIAL)_REFUNDED$/.test(refundStatus);

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

/** Throws UnknownOutcomeError where the answer lacks the object: the mutation may have been done all the same. */
function readState(answer: unknown, name: 'order' | 'orderItem'): OrderState {
  const state = OrderState.safeParse(member(answer, name));
  if (state.success) return state.data;
  throw new UnknownOutcomeError({ code: 'unexpected_answer', description: `the answer has no ${name}` });
}

/** query productList: a page of products with their Skus. */
export const listProducts = async (caller: Caller, variables: Variables): Promise<Page> =>
  readShape(Page, await askOfSkus(caller, productList, variables));

/** query product, by relay id. */
export const getProduct = (caller: Caller, id: string): Promise<unknown> => getNode(caller, productById, id);

/** query sku, by relay id. */
export const getSku = (caller: Caller, id: string): Promise<unknown> => getNode(caller, skuById, id);

async function getNode(caller: Caller, document: (identifier: Identifier) => string, id: string): Promise<unknown> {
  const node = await askOfSkus(caller, document, { id });
  if (node !== null) return node;
  throw new RejectedError({ code: 'not_found', description: `Shoppo has nothing under ${id}` });
}

/** Asks with the identifier of Skus, and once more without it where the API refuses that field. */
async function askOfSkus(caller: Caller, document: (identifier: Identifier) => string, variables: Variables) {
  try {
    return await ask(caller, document('identifier'), variables);
  } catch (error) {
    if (error instanceof RejectedError && /cannot query field \W*identifier/i.test(error.detail.description))
      return ask(caller, document(''), variables);
    throw error;
  }
}
