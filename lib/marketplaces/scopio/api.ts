import { RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { describe } from '#lib/platform/http/classify';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { member } from '../kit/json.ts';
import { readShape } from '../kit/shape.ts';

/** "Response excerpt": `{ "success": true, "orders": [...] }`. Orders pass as they came, a bad one spoils no other. */
const OrderList = z.object({ orders: z.array(z.unknown()) });

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

// Refusals are `{ code, description }` under the usual statuses: classify() already reads them as they are meant.
const authorization = ({ secrets }: Caller) => ({ authorization: `Bearer ${secrets.apiKey}` });

/** GET /api/seller/orders: all newly paid orders that hold this seller's items, at once. RetryableError where it failed. */
export async function listOrders(caller: Caller): Promise<unknown[]> {
  const headers = authorization(caller);
  const response = await caller.http.request({ method: 'GET', path: '/api/seller/orders', headers });
  const detail = { code: 'not_successful', description: describe(response), httpStatus: response.status };
  // A list that failed is no empty one: nothing can be concluded from what is not on it.
  if (member(response.body, 'success') === false) throw new RetryableError(detail);
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
  const detail = { description: describe(response), httpStatus: response.status };
  // Text that is not JSON is the page of a proxy, and no answer of Scopio's.
  if (typeof response.body === 'string' && response.body.trim() !== '')
    throw new UnknownOutcomeError({ code: 'unexpected_answer', ...detail });
  if (member(response.body, 'success') === false) throw new RejectedError({ code: 'not_successful', ...detail });
}
