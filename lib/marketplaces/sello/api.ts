import { classify, type HttpResponse } from '#lib/platform/http/classify';
import type { HttpRequest } from '#lib/platform/http/client';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { checkDone, readThing } from '../kit/answers.ts';
import { member, textOf, unwrap } from '../kit/json.ts';
import {
  anything,
  each,
  flag,
  id,
  integer,
  itemsOf,
  loose,
  looseList,
  looseText,
  looseTexts,
  looseWord,
  optional,
  optionalId,
  price,
  readShape,
  text,
} from '../kit/shape.ts';

/** The document shows flags as booleans here, and as "0" or "1" elsewhere. */
const flagOr = (fallback: boolean) =>
  z.pipe(
    optional(flag),
    z.transform((value) => value ?? fallback),
  );
const optionalFlag = flagOr(false);

const Row = z.lazyObject(() => ({
  id,
  /** A discount may be a row whose quantity or price is below zero. */
  quantity: integer,
  price,
  reference: optionalId,
  ...looseTexts('title', 'stock_location', 'product_id', 'identifier', 'identifier_type'),
  /** The first in percent. */
  ...each(anything, 'tax', 'total_vat'),
}));
export type Row = z.infer<typeof Row>;

/** `GET /orders/{id}`: the list's attributes and the rows. */
export const Order = z.lazyObject(() => ({
  id,
  currency: text,
  /** `integration_name` is the integration's `display_name`, which the hub adds to the order. */
  ...looseTexts('number', 'integration_id', 'integration_name', 'market_reference'),
  ...each(anything, 'created_at', 'updated_at', 'shipping_cost', 'total'),
  ...each(looseWord, 'shipping_option', 'payment_option'),
  ...looseTexts('customer_alias', 'customer_email', 'customer_phone', 'customer_mobile'),
  ...looseTexts('customer_first_name', 'customer_last_name', 'customer_address', 'customer_address_2'),
  ...looseTexts('customer_zip', 'customer_city', 'customer_country_code', 'notes'),
  is_deleted: optionalFlag,
  is_active: flagOr(true),
  ...each(optionalFlag, 'is_paid', 'is_delivered'),
  rows: itemsOf(Row),
}));
export type Order = z.infer<typeof Order>;

/** A row of `GET /orders`: enough to know whether it is worth reading. */
export const ListedOrder = z.lazyObject(() => ({ id, ...each(anything, 'updated_at', 'created_at') }));

export const Product = z.lazyObject(() => ({
  id,
  private_reference: optionalId,
  private_name: looseText,
  quantity: loose(integer),
  properties: looseList(z.object({ property: looseText, value: z.unknown() })),
  /** By integration; PHP writes an empty one as a list. */
  integrations: anything,
}));

const Listed = itemsOf(z.unknown());

/** The document's example says `is_delivered`, its table of orders `delivered`. */
const Statuses = itemsOf(
  z.lazyObject(() => ({ id, title: looseText, is_delivered: optionalFlag, delivered: optionalFlag })),
);

/** An id is a tracking number that anyone may have entered: no id may make the list unreadable. */
const Deliveries = z.lazyObject(() => ({ deliveries: itemsOf(z.object({ id: z.unknown(), method: looseText })) }));
const OrderStatus = z.lazyObject(() => ({
  status_id: optionalId,
  ...each(optionalFlag, 'is_delivered', 'is_deleted'),
}));
const Rows = itemsOf(z.object({ id }));
const Created = z.object({ id });
const Integrations = itemsOf(z.object({ id, display_name: looseText }));

/** "Send the full data you're getting from GET": an entry keeps its other members. */
const WebhookEntry = z.looseObject({ url: text, hook: text });
type WebhookEntry = z.infer<typeof WebhookEntry>;
const Webhooks = z.array(WebhookEntry);

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

// Refusals are `{ message }` with the usual statuses, which classify() reads correctly.
async function call(
  caller: Caller,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  more: Pick<HttpRequest, 'params' | 'query' | 'json'> = {},
): Promise<HttpResponse> {
  // tryReturn recognizes a refusal by its English words.
  const headers = { authorization: caller.secrets.apiKey ?? '', 'accept-language': 'en' };
  const response = await caller.http.request({ method, path, headers, ...more });
  // `{ "statusCode": 200, "data" }` may hold another status than HTTP's.
  const status = Number(textOf(member(response.body, 'statusCode')));
  if (status >= 400) throw classify({ ...response, status });
  // "Will respond with status 200 if successful", with any body.
  if (method !== 'GET') checkDone(response);
  return response;
}

/** The body of a list, empty for a 204. The document wraps only that of products in `data`. */
const read = async (caller: Caller, path: string, more?: Pick<HttpRequest, 'params' | 'query'>) => {
  const { status, body } = await call(caller, 'GET', path, more);
  return status === 204 ? { orders: [], products: [], deliveries: [] } : unwrap(body, ['data']);
};

type Query = NonNullable<HttpRequest['query']>;

/** A page of a list, and how many rows match in all; 0 if the answer does not say. */
interface ListPage {
  rows: unknown[];
  total: number;
}

/** Each row may be wrapped in its name, and the list in none. */
async function readList(caller: Caller, thing: 'order' | 'product', query: Query): Promise<ListPage> {
  const body = await read(caller, `/${thing}s`, { query });
  const rows = readShape(Listed, Array.isArray(body) ? body : member(body, `${thing}s`), `${thing}s`);
  const total = Number(textOf(member(member(body, 'meta'), 'total')) || 0);
  return { rows: rows.map((row) => unwrap(row, [thing], 'id')), total };
}

/** GET /orders: up to 300 of them, without their rows. */
export const listOrders = (caller: Caller, query: Query) => readList(caller, 'order', query);

/** GET /orders/{orderId}: with its rows. */
export const getOrder = async (caller: Caller, orderId: string): Promise<object> =>
  readThing(await call(caller, 'GET', '/orders/{orderId}', { params: { orderId } }), ['data', 'order'], 'id');

/** The same call, read for the order's status only. */
export const getOrderStatus = async (caller: Caller, id: string) => readShape(OrderStatus, await getOrder(caller, id));

/** GET /integrations: what the account calls each of its marketplaces. */
export const listIntegrations = async (caller: Caller) => readShape(Integrations, await read(caller, '/integrations'));

/** GET /products: up to 100 of them. */
export const listProducts = (caller: Caller, query: Query) => readList(caller, 'product', query);

/** GET /products/{id} */
export const getProduct = async (caller: Caller, id: string): Promise<object> =>
  readThing(await call(caller, 'GET', '/products/{id}', { params: { id } }), ['data', 'product'], 'id');

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
  return readShape(Deliveries, await read(caller, '/orders/{id}/deliveries', { params: { id } })).deliveries;
}

/** POST /orders/{id}/deliveries, by tracking number: "If it already exist on the order, it will be overwritten." */
export async function addDelivery(
  caller: Caller,
  id: string,
  json: { id: string; method: string; documents?: string[] },
): Promise<void> {
  await call(caller, 'POST', '/orders/{id}/deliveries', { params: { id }, json });
}

/** GET /status: statuses are the account's own. */
export const listStatuses = async (caller: Caller) => readShape(Statuses, await read(caller, '/status'));

/** PUT /orders/{id} */
export async function setStatus(caller: Caller, id: string, statusId: string): Promise<void> {
  const status_id = /^\d{1,15}$/.test(statusId) ? Number(statusId) : statusId;
  await call(caller, 'PUT', '/orders/{id}', { params: { id }, json: { status_id } });
}

/** GET /orders/{id}/rows: the ids of the rows that the order has. */
export async function listRowIds(caller: Caller, id: string): Promise<string[]> {
  return readShape(Rows, await read(caller, '/orders/{id}/rows', { params: { id } })).map((row) => row.id);
}

/** POST /orders/{id}/rows/{rowId}/separate; returns the id of the order that now has the row. */
export async function separateRow(caller: Caller, id: string, rowId: string): Promise<string> {
  const path = '/orders/{id}/rows/{rowId}/separate';
  const { body } = await call(caller, 'POST', path, { params: { id, rowId } });
  return readShape(Created, unwrap(body, ['data'])).id;
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
  readShape(Webhooks, await read(caller, '/developers/webhooks'));

/** POST /developers/webhooks */
export async function addWebhook(caller: Caller, json: WebhookEntry): Promise<void> {
  await call(caller, 'POST', '/developers/webhooks', { json });
}

/** PUT /developers/webhooks: the whole list. */
export async function putWebhooks(caller: Caller, json: WebhookEntry[]): Promise<void> {
  await call(caller, 'PUT', '/developers/webhooks', { json });
}
