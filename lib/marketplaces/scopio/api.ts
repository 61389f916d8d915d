import { type IntegrationError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { classify, describe, type HttpResponse, retryAfterSeconds } from '#lib/platform/http/classify';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { saysSuccess } from '../kit/answers.ts';
import { firstText, isObject, member, rowsIn, textOf, unwrap } from '../kit/json.ts';
import { itemsOf, readShape } from '../kit/shape.ts';

/**
 * "Response excerpt": `{ "success": true, "orders": [...] }`. As that is only an excerpt, the list is also found
 * elsewhere. Orders pass as they came, so that a bad one spoils no other.
 */
const OrderList = z.object({ orders: itemsOf(z.unknown()) });

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

// Refusals are `{ code, description }` under the usual statuses, which classify() already reads correctly.
const authorization = ({ secrets }: Caller) => ({ authorization: `Bearer ${secrets.apiKey}` });

/**
 * GET /api/seller/orders: all newly paid orders with this seller's items, at once; `hasMore` if the answer says that
 * these are not all. RetryableError if it failed.
 */
export async function listOrders(caller: Caller): Promise<{ orders: unknown[]; hasMore: boolean }> {
  const headers = authorization(caller);
  const response = await caller.http.request({ method: 'GET', path: '/api/seller/orders', headers });
  if (response.status === 204) return { orders: [], hasMore: false };
  // A failed list is not an empty one: nothing follows from what is missing in it.
  if (saysSuccess(response) !== true) throw failureOf(response, RetryableError);
  const inner = unwrap(response.body, WRAPPERS, 'shipping_address');
  const rows = isOrder(inner) ? [inner] : rowsIn(inner, [...WRAPPERS, 'items'], 'shipping_address');
  const { orders } = readShape(OrderList, rows ? { orders: rows } : response.body);
  return { orders, hasMore: saysMore(response.body, orders.length) };
}

const WRAPPERS = ['orders', 'order', 'data', 'result', 'results'];

const itemsIn = (order: unknown): unknown =>
  ['items', 'line_items', 'lineItems'].map((name) => member(order, name)).find(isObject);

/** A single order may be there in place of a list. Its `items` are no orders: those would have items themselves. */
const isOrder = (order: unknown): boolean =>
  firstText(order, ['id', 'order_id', 'orderId']) !== '' &&
  isObject(itemsIn(order)) &&
  !Object.values(itemsIn(order) ?? {}).some((row) => itemsIn(row));

/** Whether an answer counts more orders than it shows, or names a next page, although no document mentions pages. */
function saysMore(body: unknown, shown: number): boolean {
  const places = [body, ...['meta', 'pagination', 'paging', 'links', 'data'].map((name) => member(body, name))];
  return places.some((place) => {
    const next = ['next', 'next_page', 'next_page_url', 'next_cursor', 'has_more'].map((name) => member(place, name));
    const isNext = next.some((one) => one === true || !/^(|0|false|no|null)$/i.test(textOf(one)));
    return isNext || Number(firstText(place, ['total', 'total_count', 'total_items'])) > shown;
  });
}

/** POST /api/seller/orders/{orderId}/fulfill: for the whole order; another parcel is another call. */
export async function fulfillOrder(
  caller: Caller,
  orderId: string,
  json: { tracking_number: string; carrier: string; label_url?: string },
): Promise<void> {
  const path = '/api/seller/orders/{orderId}/fulfill';
  const headers = authorization(caller);
  const response = await caller.http.request({ method: 'POST', path, params: { orderId }, headers, json });
  const isDone = saysSuccess(response);
  if (isDone !== true) throw failureOf(response, isDone === false ? RejectedError : UnknownOutcomeError);
}

/** A rate limit counts as one whatever the status. */
function failureOf(response: HttpResponse, Failure: new (detail: IntegrationError['detail']) => IntegrationError) {
  if (retryAfterSeconds(response) !== null) return classify({ ...response, status: 429 });
  return new Failure({ code: 'not_successful', description: describe(response), httpStatus: response.status });
}
