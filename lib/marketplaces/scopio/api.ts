import { type IntegrationError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { classify, describe, type HttpResponse, retryAfterSeconds } from '#lib/platform/http/classify';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { isObject, member, textOf, unwrap } from '../kit/json.ts';
import { flag, itemsOf, readShape } from '../kit/shape.ts';

/** "Response excerpt": `{ "success": true, "orders": [...] }`. Orders pass as they came, a bad one spoils no other. */
const OrderList = z.object({ orders: itemsOf(z.unknown()) });

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

// Refusals are `{ code, description }` under the usual statuses: classify() already reads them as they are meant.
const authorization = ({ secrets }: Caller) => ({ authorization: `Bearer ${secrets.apiKey}` });

/** GET /api/seller/orders: all newly paid orders that hold this seller's items, at once. RetryableError where it failed. */
export async function listOrders(caller: Caller): Promise<unknown[]> {
  const headers = authorization(caller);
  const response = await caller.http.request({ method: 'GET', path: '/api/seller/orders', headers });
  // A list that failed is no empty one: nothing can be concluded from what is not on it.
  if (isSuccess(response) !== true) throw failureOf(response, RetryableError);
  return readShape(OrderList, response.body).orders;
}

interface FulfillRequest {
  tracking_number: string;
  carrier: string;
  label_url?: string;
}

/** POST /api/seller/orders/{orderId}/fulfill: for the whole order; another parcel is another call. */
export async function fulfillOrder(caller: Caller, orderId: string, json: FulfillRequest): Promise<void> {
  const path = '/api/seller/orders/{orderId}/fulfill';
  const headers = authorization(caller);
  const response = await caller.http.request({ method: 'POST', path, params: { orderId }, headers, json });
  const isDone = isSuccess(response);
  if (isDone !== true) throw failureOf(response, isDone === false ? RejectedError : UnknownOutcomeError);
}

/**
 * What an answer says under a status of success; null where it does not say: an error's "JSON structure with code and
 * description", or text that is not JSON, which is the page of a proxy.
 */
function isSuccess({ body }: HttpResponse): boolean | null {
  const inner = unwrap(body, ['data', 'result']);
  const told = flag.safeParse(member(inner, 'success') ?? member(body, 'success'));
  if (told.success) return told.data;
  const isError =
    textOf(body) !== '' ||
    body === false ||
    ['code', 'error', 'errors'].some((key) => !FINE.test(wordOf(member(inner, key)))) ||
    ['success', 'ok', 'status', 'result'].some((key) => FAILED.test(wordOf(member(inner, key))));
  return isError ? null : true;
}

const FINE = /^(false|0+|2\d\d|ok|none|success)?$/i;
const FAILED = /^(false|[45]\d\d|ko|error|fail(ed|ure)?|rejected|denied|invalid)$/i;

const wordOf = (value: unknown): string => {
  if (isObject(value)) return Object.keys(value).length > 0 ? 'more than a word' : '';
  return typeof value === 'boolean' ? String(value) : textOf(value);
};

/** A limit that was hit is one whatever the status. */
function failureOf(response: HttpResponse, Failure: new (detail: IntegrationError['detail']) => IntegrationError) {
  if (retryAfterSeconds(response) !== null) return classify({ ...response, status: 429 });
  return new Failure({ code: 'not_successful', description: describe(response), httpStatus: response.status });
}
