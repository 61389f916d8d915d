import { BlockedError, IntegrationError, RejectedError, RetryableError } from '#lib/platform/errors';
import { classify, describe, type HttpResponse } from '#lib/platform/http/classify';
import type { HttpRequest } from '#lib/platform/http/client';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { checkDone, unclearAnswer } from '../kit/answers.ts';
import { firstText, isIdOfDigits, isObject, member, textOf, unwrap } from '../kit/json.ts';
import {
  alsoNamed,
  anything,
  id,
  itemsOf,
  loose,
  looseList,
  looseText,
  looseTexts,
  looseWord,
  needed,
  optional,
  optionalId,
  optionalOurId,
  reading,
  stocked,
  text,
  trackingNumber,
} from '../kit/shape.ts';

/** Of the names of its members the document shows none but in requests, where they are English or Spanish. */
const NAMES = {
  carrier_name: ['paqueteria', 'transportista', 'mensajeria', 'carrier', 'courier'],
  tracking_number: ['guia', 'numero_guia', 'numero_de_guia', 'no_guia', 'numero_de_rastreo', 'rastreo', 'tracking'],
  created_at: ['fecha', 'date', 'occurred_at'],
  description: ['descripcion'],
};

const ShipmentEvent = alsoNamed(
  z.object({
    id: looseText,
    status: anything,
    ...looseTexts('description', 'tracking_url'),
    carrier_name: looseWord,
    tracking_number: trackingNumber,
    created_at: anything,
  }),
  { ...NAMES, status: ['estatus', 'estado'] },
);
export type ShipmentEvent = z.infer<typeof ShipmentEvent>;
/** Rails may name each record of a list. */
const bare = reading((event) => unwrap(event, ['shipment_event', 'event', 'evento'], 'status'));
export const ShipmentEvents = looseList(z.pipe(bare, ShipmentEvent));

/** "orden: objeto": what the document says of it. Any one of its three names tells which order it is. */
export const Orden = alsoNamed(
  z.object({
    id: loose(optionalId),
    orden_id: loose(optionalOurId),
    ...looseTexts('num_orden', 'canal'),
    carrier_name: looseWord,
    status: anything,
    tracking_number: trackingNumber,
    tracking_numbers: looseList(trackingNumber),
    created_at: anything,
    updated_at: anything,
  }),
  { ...NAMES, status: ['fulfillment_status', 'estatus'], tracking_numbers: ['guias', 'tracking_number', 'guia'] },
);
export type Orden = z.infer<typeof Orden>;

/** What is known of a registered item. */
export const Item = z.object({ sku: id, ean: optionalId, title: looseText, item_id: optionalId });

/** The stock of a SKU. The document spells the quantity in two ways, one at each of its endpoints. */
export const Stock = alsoNamed(z.extend(Item, { available_quantity: stocked }), {
  available_quantity: ['avariable_quantity'],
});

/** "Listado de los Webhooks": what one looks like is only shown by the call that creates it. */
export const WebhookList = z.object({
  webhooks: optional(itemsOf(z.object({ id, url: text, tipo: text }))),
});

export type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

/** One call in the account's name, with every refusal read by its message; a 2xx may still be one. */
function send(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const { accessToken = '', userId = '' } = caller.secrets;
  return caller.http.request({ ...request, headers: { authorization: accessToken, user: userId }, refusal });
}

/** As `send`, for calls whose success says so: whatever message is not a success is a refusal. */
export async function call(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const response = await send(caller, request);
  if (isRefusal(response)) throw refuse(response);
  if (request.method === 'POST') checkTold(response);
  return response;
}

/** Without a message a page, or an error in other words, is no answer. */
function checkTold(response: HttpResponse): void {
  if (textOf(member(response.body, 'message')) === '') checkDone(response);
}

/**
 * GET /shipment_events/get_events: `{ message, orden }`, the order with everything that happened to it; ContractError
 * without it.
 */
export async function getEvents(caller: Caller, orderId: string): Promise<unknown> {
  const path = '/shipment_events/get_events';
  return found(await send(caller, { method: 'GET', path, query: { order_id: orderId } }));
}

/** GET /shopi_orders/get_orders: `{ message, orden }` by channel and number; null where there is no such order. */
export async function getOrder(caller: Caller, canal: string, orden: string): Promise<unknown> {
  const path = '/shopi_orders/get_orders';
  try {
    return found(await send(caller, { method: 'GET', path, query: { canal, orden } }), orden);
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

export interface PlacementRequest {
  contact_info: Record<string, string | boolean>;
  items: Array<{ sku: string; cantidad?: number; ean?: string; item_id?: unknown }>;
}

/**
 * POST /shopi_orders/multicanal_api: their id of the order, which any 2xx may name; else what its answer would mean if
 * there is no such order: the document shows none, and Marketful may have taken it all the same.
 */
export async function createOrder(
  caller: Caller,
  order: PlacementRequest,
): Promise<{ id: string } | { id: null; unless: IntegrationError }> {
  const path = '/shopi_orders/multicanal_api';
  const response = await send(caller, { method: 'POST', path, json: { order } }).catch((error: unknown) => {
    // What is refused as known, also as a conflict, may be there from an attempt whose answer was lost.
    const isRefused = error instanceof RejectedError || error instanceof RetryableError;
    if (isRefused && KNOWN.test(error.detail.description)) return error;
    throw error;
  });
  if (response instanceof IntegrationError) return { id: null, unless: response };
  const id = orderIdIn(response.body, order.contact_info.num_orden);
  if (id !== '') return { id };
  if (!isRefusal(response)) return { id: null, unless: unclearAnswer(describe(response), response.status) };
  const refusal = refuse(response);
  if (refusal instanceof BlockedError) throw refusal;
  return { id: null, unless: refusal };
}

const KNOWN = /\b(already|duplic|repetid)|(?<!\b(?:no|not) )\bexist/i;

export const ORDER_KEYS = ['order', 'orden', 'pedido', 'shopi_order', 'fulfillment', 'data'];

/**
 * The id of the order that an answer names, under whichever of these keys or by itself; empty for none. A bare number
 * that is the order's own is none: `orden` is what Marketful calls that, too.
 */
function orderIdIn(body: unknown, number: unknown): string {
  const places = [...ORDER_KEYS.map((key) => firstOf(member(body, key))), firstOf(body)];
  const ids = places.flatMap((at) => [member(at, 'id'), member(at, 'order_id'), textOf(at) === number ? '' : at]);
  return textOf(ids.find(isIdOfDigits));
}

/** GET /items/get_stock: `{ message, sku, avariable_quantity }`. RejectedError for a SKU they do not know. */
export async function getStock(caller: Caller, sku: string): Promise<object> {
  return bodyOf(await call(caller, { method: 'GET', path: '/items/get_stock', query: { sku } }));
}

/** GET /items/get_stock_ean: `{ message, ean, available_quantity, item_id }`, the right spelling here. */
export async function getStockByEan(caller: Caller, ean: string): Promise<object> {
  return bodyOf(await call(caller, { method: 'GET', path: '/items/get_stock_ean', query: { ean } }));
}

const bodyOf = ({ body }: { body: unknown }): object => (isObject(body) ? body : {});

export type Fields = Record<string, string | number>;

/** POST /items/create_item: returns what was saved as it is answered; RejectedError names what was not, and what was. */
export async function createItems(caller: Caller, items: readonly Fields[]): Promise<unknown[]> {
  const response = await send(caller, { method: 'POST', path: '/items/create_item', json: { items } });
  const saved = namesIn(response.body, 'items_saved');
  // 201: some were saved. The answer to a second call would be that they exist.
  if (!isRefusal(response) && namesIn(response.body, 'items_errors').length === 0) {
    if (response.status === 201 && saved.length === 0) throw unclearAnswer(describe(response), 201);
    checkTold(response);
    const items = member(response.body, 'items_saved');
    return Array.isArray(items) ? items : [];
  }
  throw refuse(response, saved.length > 0 ? `; saved: ${saved.join(', ')}` : '');
}

/** POST /items/update_item: only the given fields change. */
export async function updateItem(caller: Caller, json: Fields): Promise<void> {
  await call(caller, { method: 'POST', path: '/items/update_item', json });
}

/** POST /items/delete_item: RejectedError `Item not found` for one that is gone. */
export async function deleteItem(caller: Caller, itemId: number): Promise<void> {
  await call(caller, { method: 'POST', path: '/items/delete_item', json: { item_id: itemId } });
}

/** POST /entradas/nueva_entrada_api: pieces by SKU; returns the `order_token`, if they say it. */
export async function createEntryOrder(caller: Caller, entry_order: Fields): Promise<string | undefined> {
  const path = '/entradas/nueva_entrada_api';
  const { body } = await call(caller, { method: 'POST', path, json: { entry_order } });
  return textOf(member(body, 'order_token')) || undefined;
}

/** Whether the remote said that it has no such order, which the document spells in two ways, in Spanish. */
const isNotFound = (error: unknown): boolean =>
  error instanceof RejectedError &&
  /\b(orden|order|pedido)\b.*\b(no|not)\b.*(encontr|found|exist)/i.test(error.detail.description);

// Of some refusals the document shows the message and no status, so they may come as a 200 too.
function found(response: HttpResponse, number?: string): unknown {
  const { body } = response;
  const [orden] = ['orden', 'ordenes', ...ORDER_KEYS].map((key) => firstOf(member(body, key), number)).filter(isObject);
  if (orden) return { ...bodyOf(response), orden };
  if (isRefusal(response)) throw refuse(response);
  if (firstText(body, ['num_orden', 'orden_id']) !== '') return { orden: body };
  throw needed('orden');
}

/** Of a list the one of that number, else the first. */
const firstOf = (value: unknown, number = ''): unknown =>
  Array.isArray(value) ? (value.find((one) => textOf(member(one, 'num_orden')) === number) ?? value[0]) : value;

/** A message that is no success, whatever the status. */
const isRefusal = ({ body }: HttpResponse): boolean => {
  const message = member(body, 'message');
  return typeof message === 'string' && !/^success/i.test(message);
};

const CREDENTIALS = /^(invalid authorization|invalid token|user not found|seller not found)/i;

/** What a refusal means, in their words with the items they list, and `more` of ours. */
function refuse(response: HttpResponse, more = ''): IntegrationError {
  const { status, body } = response;
  const items = [...namesIn(body, 'items_errors'), ...namesIn(body, 'items')];
  const description = `${describe(response)}${items.length > 0 ? `: ${items.join(', ')}` : ''}${more}`;
  return CREDENTIALS.test(description)
    ? new BlockedError({ code: 'credentials_refused', description, httpStatus: status }, 'connection')
    : new RejectedError({ code: status < 300 ? 'refused' : `http_${status}`, description, httpStatus: status });
}

/** The names of the items that an answer lists: each by its SKU, title or id, or as the text that it is. */
function namesIn(body: unknown, key: string): string[] {
  const items = member(body, key);
  if (!Array.isArray(items)) return [];
  return items.map((item) => textOf(item) || firstText(item, ['sku', 'title', 'id']) || 'one without a SKU');
}

/**
 * 400 to 405 mean something else at every call of Marketful's, so the message decides; other statuses, and a page of a
 * proxy's, mean what they say.
 */
function refusal(response: HttpResponse): IntegrationError | null {
  const usual = classify(response);
  if (firstText(response.body, ['message']).toLowerCase() === 'success')
    return unclearAnswer(describe(response), response.status);
  const isRefused = usual instanceof RejectedError || (usual instanceof BlockedError && isObject(response.body));
  return isRefused && usual.code !== 'redirected' ? refuse(response) : null;
}
