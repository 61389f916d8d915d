import { BlockedError, IntegrationError, UnknownOutcomeError } from '#lib/platform/errors';
import type { HttpResponse } from '#lib/platform/http/classify';
import { describe } from '#lib/platform/http/classify';
import type { HttpRequest } from '#lib/platform/http/client';
import type { RemoteContext } from '../action.ts';
import { member } from '../kit/json.ts';
import { readShape, unreadable } from '../kit/shape.ts';
import { judge, PAID_ALREADY } from './codes.ts';
import { OrderState } from './schema.ts';
import { grantsOf } from './token.ts';
import type { Window } from './window.ts';

type Caller = Pick<RemoteContext, 'http' | 'secrets' | 'token' | 'now'>;

export const PAGE = 100;

/** GET /api/order/getall: a page of what was modified within the window, both ends included, oldest first. */
export async function listOrders(caller: Caller, { from, to }: Window, skip: number): Promise<unknown[]> {
  const query = {
    $filter: `ModifiedDate ge datetime'${from}' and ModifiedDate le datetime'${to}'`,
    $orderby: 'ModifiedDate',
    $top: PAGE,
    $skip: skip,
  };
  const { body } = await call(caller, { method: 'GET', path: '/api/order/getall', query });
  const orders = Array.isArray(body) ? body : member(body, 'Results');
  if (!Array.isArray(orders)) throw unreadable('Results', 'expected a list of orders, here or as the body');
  return orders;
}

/** GET /api/order/get/{ordernumber} */
export async function getOrder(caller: Caller, ordernumber: string): Promise<unknown> {
  const path = '/api/order/get/{ordernumber}';
  const { body } = await call(caller, { method: 'GET', path, params: { ordernumber } });
  return (Array.isArray(body) ? body[0] : undefined) ?? member(body, 'Results') ?? body;
}

/** The same, for what its statuses say. */
export const getOrderState = async (caller: Caller, number: string) =>
  readShape(OrderState, await getOrder(caller, number));

export interface ShippingInformation {
  OrderNumber: string;
  CarrierId: number;
  ServiceTypeId?: number;
  TrackingNumber: string;
  ShippedDate: string;
  Items: Array<{ SkuCode: string; Quantity: number }>;
}

/** POST /api/order/shippinginformation */
export const postShipping = (caller: Caller, json: ShippingInformation): Promise<void> =>
  post(caller, '/api/order/shippinginformation', json);

/** POST /api/order/updateorderstatus: "from placed to processing". */
export const postStatus = (caller: Caller, json: { OrderNumber: string; OrderStatusId: number }): Promise<void> =>
  post(caller, '/api/order/updateorderstatus', json);

export interface PaymentInformation {
  OrderNumber: string;
  TransactionNumber: string;
  AuthorizationCode: string;
}

/** POST /api/order/paymentinformation: "from authorized to capture". */
export const postPayment = (caller: Caller, json: PaymentInformation): Promise<void> =>
  post(caller, '/api/order/paymentinformation', json, PAID_ALREADY);

/** POST /api/product/updateskuinventory */
export const postInventory = (caller: Caller, json: Array<{ SkuCode: string; Inventory: number }>): Promise<void> =>
  post(caller, '/api/product/updateskuinventory', json);

async function post(caller: Caller, path: string, json: unknown, alsoDone?: readonly number[]): Promise<void> {
  const response = await call(caller, { method: 'POST', path, json }, alsoDone);
  if (judge(response, alsoDone) === 'done') return;
  // They may well have done it: reading it back tells.
  const detail = { code: 'unexpected_answer', description: describe(response), httpStatus: response.status };
  throw new UnknownOutcomeError(detail);
}

/** Sends with the connection's token; one that is refused is renewed once before that is the last word. */
async function call(caller: Caller, request: HttpRequest, alsoDone?: readonly number[]): Promise<HttpResponse> {
  const send = (token: string) =>
    caller.http.request({
      ...request,
      // "Every request, including JSON, must have a Content-Type".
      headers: { authorization: `bearer ${token}`, 'content-type': 'application/json' },
      accepts: (response) => judge(response, alsoDone) === 'done',
      refusal: (response) => refusalOf(response, alsoDone),
    });
  const token = await caller.token(grantsOf(caller));
  const response = await send(token).catch(async (error: unknown) => {
    if (!isTokenRefused(error)) throw error;
    return send(await caller.token(grantsOf(caller), token));
  });
  const refusal = refusalOf(response, alsoDone);
  if (refusal) throw refusal;
  return response;
}

function refusalOf(response: HttpResponse, alsoDone?: readonly number[]): IntegrationError | null {
  const verdict = judge(response, alsoDone);
  return verdict instanceof IntegrationError ? verdict : null;
}

const isTokenRefused = (error: unknown): boolean => error instanceof BlockedError && error.code === 'http_401';
