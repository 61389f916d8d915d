import type { HttpRequest } from '#lib/platform/http/client';
import type { RemoteContext } from '../action.ts';
import { member } from '../kit/json.ts';
import { readShape } from '../kit/shape.ts';
import {
  Created,
  Deliveries,
  OrderList,
  OrderStatus,
  ProductList,
  Rows,
  Statuses,
  type WebhookEntry,
  Webhooks,
} from './schema.ts';

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

// Refusals come as `{ message }` under the usual statuses: classify() already reads them as they are meant.
async function call(
  caller: Caller,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  more: Pick<HttpRequest, 'params' | 'query' | 'json'> = {},
) {
  const headers = { authorization: caller.secrets.apiKey ?? '' };
  return (await caller.http.request({ method, path, headers, ...more })).body;
}

type Query = NonNullable<HttpRequest['query']>;

/** GET /orders: up to 300 of them, without their rows. */
export async function listOrders(caller: Caller, query: Query): Promise<unknown[]> {
  return readShape(OrderList, await call(caller, 'GET', '/orders', { query })).orders;
}

/** GET /orders/{orderId}: with its rows. */
export const getOrder = (caller: Caller, orderId: string): Promise<unknown> =>
  call(caller, 'GET', '/orders/{orderId}', { params: { orderId } });

/** The same, for what its status says. */
export const getOrderStatus = async (caller: Caller, id: string) => readShape(OrderStatus, await getOrder(caller, id));

/** GET /products: up to 100 of them. Only this endpoint wraps what it answers. */
export async function listProducts(caller: Caller, query: Query): Promise<unknown[]> {
  return readShape(ProductList, unwrap(await call(caller, 'GET', '/products', { query }))).products;
}

/** GET /products/{id} */
export const getProduct = async (caller: Caller, id: string): Promise<unknown> =>
  unwrap(await call(caller, 'GET', '/products/{id}', { params: { id } }));

const unwrap = (body: unknown): unknown => member(body, 'data') ?? body;

/** PUT /products/{id}, or PUT /products/sku/{sku} where no id is known. */
export async function putQuantity(
  caller: Caller,
  { id, sku }: { id: string | undefined; sku: string },
  quantity: number,
) {
  const json = { quantity };
  if (id === undefined) await call(caller, 'PUT', '/products/sku/{sku}', { params: { sku }, json });
  else await call(caller, 'PUT', '/products/{id}', { params: { id }, json });
}

/** GET /orders/{id}/deliveries */
export async function listDeliveries(caller: Caller, id: string) {
  return readShape(Deliveries, await call(caller, 'GET', '/orders/{id}/deliveries', { params: { id } })).deliveries;
}

export interface DeliveryRequest {
  /** The tracking number: "If it already exist on the order, it will be overwritten." */
  id: string;
  method: string;
  documents?: string[];
}

/** POST /orders/{id}/deliveries */
export async function addDelivery(caller: Caller, id: string, json: DeliveryRequest): Promise<void> {
  await call(caller, 'POST', '/orders/{id}/deliveries', { params: { id }, json });
}

/** GET /status: statuses are the account's own. */
export const listStatuses = async (caller: Caller) => readShape(Statuses, await call(caller, 'GET', '/status'));

/** PUT /orders/{id} */
export async function setStatus(caller: Caller, id: string, statusId: string): Promise<void> {
  const status_id = /^\d{1,15}$/.test(statusId) ? Number(statusId) : statusId;
  await call(caller, 'PUT', '/orders/{id}', { params: { id }, json: { status_id } });
}

/** GET /orders/{id}/rows: the ids of the rows that the order has. */
export async function listRowIds(caller: Caller, id: string): Promise<string[]> {
  return readShape(Rows, await call(caller, 'GET', '/orders/{id}/rows', { params: { id } })).map((row) => row.id);
}

/** POST /orders/{id}/rows/{rowId}/separate; returns the id of the order that now has the row. */
export async function separateRow(caller: Caller, id: string, rowId: string): Promise<string> {
  const path = '/orders/{id}/rows/{rowId}/separate';
  return readShape(Created, await call(caller, 'POST', path, { params: { id, rowId } })).id;
}

export interface ReturnRequest {
  status: string;
  status_reason: string;
  quantity_returned: number;
}

/** PUT /orders/{orderId}/rows/{rowId}/return */
export async function putReturn(caller: Caller, orderId: string, rowId: string, json: ReturnRequest): Promise<void> {
  await call(caller, 'PUT', '/orders/{orderId}/rows/{rowId}/return', { params: { orderId, rowId }, json });
}

/** GET /developers/webhooks */
export const listWebhooks = async (caller: Caller): Promise<WebhookEntry[]> =>
  readShape(Webhooks, await call(caller, 'GET', '/developers/webhooks'));

/** POST /developers/webhooks */
export async function addWebhook(caller: Caller, json: WebhookEntry): Promise<void> {
  await call(caller, 'POST', '/developers/webhooks', { json });
}

/** PUT /developers/webhooks: the whole list. */
export async function putWebhooks(caller: Caller, json: WebhookEntry[]): Promise<void> {
  await call(caller, 'PUT', '/developers/webhooks', { json });
}
