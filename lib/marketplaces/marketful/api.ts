import { BlockedError, IntegrationError, RejectedError, RetryableError } from '#lib/platform/errors';
import { classify, describe, type HttpResponse } from '#lib/platform/http/classify';
import type { HttpRequest } from '#lib/platform/http/client';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { checkDone, unclearAnswer } from '../kit/answers.ts';
import { firstText, isIdOfDigits, isObject, member, textOf, unwrap } from '../kit/json.ts';
import {
  anything,
  count,
  id,
  isNothing,
  itemsOf,
  loose,
  looseList,
  looseText,
  looseTexts,
  looseWord,
  needed,
  optionalId,
  optionalOurId,
  reading,
  spelled,
  stocked,
  text,
  trackingNumber,
} from '../kit/shape.ts';

/** The document names no members of answers, only of requests, and those in English or Spanish. */
const NAMES = {
  carrier_name: ['paqueteria', 'transportista', 'mensajeria', 'carrier', 'courier'],
  tracking_number: ['guia', 'numero_guia', 'numero_de_guia', 'no_guia', 'numero_de_rastreo', 'rastreo', 'tracking'],
  created_at: ['fecha', 'date', 'occurred_at'],
  description: ['descripcion'],
};
const LISTS = ['guias', 'tracking_number', 'guia'];

/** How many of a SKU are in a parcel. */
const PACKED = { sku: ['clave', 'codigo', 'ean'], quantity: ['cantidad', 'piezas', 'qty'] };
const Packed = spelled(() => ({ sku: id, quantity: count }), PACKED);

const both = () => ({
  status: anything,
  carrier_name: looseWord,
  tracking_number: trackingNumber,
  tracking_numbers: looseList(trackingNumber),
  created_at: anything,
});
const event = () => ({ ...both(), ...looseTexts('id', 'description', 'tracking_url'), items: loose(itemsOf(Packed)) });
const EVENT = { ...NAMES, status: ['estatus', 'estado'], tracking_numbers: LISTS, items: ['articulos', 'productos'] };
export type ShipmentEvent = z.infer<ReturnType<typeof parcels>>[number];
/** Rails may wrap each record of a list in its name, and JSON:API has its members in one. */
const bare = reading((event) => unwrap(event, ['shipment_event', 'event', 'evento', 'attributes'], 'status'));
const Events = looseList(z.pipe(bare, spelled(event, EVENT)));
const parcels = (...number: string[]) =>
  looseList(spelled(event, { ...EVENT, tracking_number: [...NAMES.tracking_number, ...number] }));

/** "orden: objeto" is all the document says. `id`, `orden_id` or `num_orden` suffices to tell which order it is. */
export const Orden = z.pipe(
  reading((orden) => (isObject(orden) && isObject(orden.attributes) ? { ...orden.attributes, ...orden } : orden)),
  spelled(
    () => ({
      ...both(),
      id: loose(optionalId),
      orden_id: loose(optionalOurId),
      ...looseTexts('num_orden', 'canal'),
      guias: parcels('numero', 'number'),
      parcels: parcels(),
      shipment_events: Events,
      updated_at: anything,
    }),
    {
      ...NAMES,
      status: ['fulfillment_status', 'estatus'],
      tracking_numbers: LISTS,
      guias: [...LISTS, 'tracking_numbers'],
      parcels: ['paquetes', 'packages', 'envios', 'shipments', 'envio', 'shipment'],
      shipment_events: ['events', 'eventos', 'shipment_event'],
    },
  ),
);
export type Orden = z.infer<typeof Orden>;

/** What is known of a registered item. */
const item = () => ({ sku: id, ean: optionalId, title: looseText, item_id: optionalId });
export const Item = z.lazyObject(item);

/** The stock of a SKU. The document spells the quantity differently at each of its two endpoints. */
export const Stock = spelled(() => ({ ...item(), available_quantity: stocked }), {
  available_quantity: ['avariable_quantity', 'cantidad_disponible', 'disponible', 'cantidad', 'existencias'],
});

/** The document shows a webhook only where one is created. */
export const Webhook = spelled(() => ({ id, url: text, tipo: text }), {
  id: ['webhook_id'],
  tipo: ['type', 'topic', 'event', 'evento'],
});

export type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

/** One call for the account. Refusals are read by their message; a 2xx may be a refusal, too. */
function send(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const { accessToken = '', userId = '' } = caller.secrets;
  return caller.http.request({ ...request, headers: { authorization: accessToken, user: userId }, refusal });
}

/** Like `send`, for calls whose success has a message: any other message is a refusal. */
export async function call(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const response = await send(caller, request);
  if (isRefusal(response)) throw refuse(response);
  if (request.method === 'POST') checkWithoutMessage(response);
  return response;
}

/** An answer without a message must pass as done: it may be a proxy's page, or an error in other words. */
function checkWithoutMessage(response: HttpResponse): void {
  if (textOf(member(response.body, 'message')) === '') checkDone(response);
}

/** GET /shipment_events/get_events: `{ message, orden }`, the order with its events. Throws ContractError without one. */
export async function getEvents(caller: Caller, orderId: string): Promise<unknown> {
  const query = { order_id: orderId };
  return orderIn(await send(caller, { method: 'GET', path: '/shipment_events/get_events', query }));
}

/** GET /shopi_orders/get_orders: `{ message, orden }` by channel and number; null if there is no such order, or another. */
export async function getOrder(caller: Caller, canal: string, orden: string): Promise<unknown> {
  try {
    const response = await send(caller, { method: 'GET', path: '/shopi_orders/get_orders', query: { canal, orden } });
    const found = member(response.body, 'orden');
    if (found !== undefined && isNothing(found) && !isRefusal(response)) return null;
    const answer = orderIn(response, orden);
    return mayBe(answer.orden, orden) ? answer : null;
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
 * POST /shopi_orders/multicanal_api: Marketful's id of the order, if a 2xx answer names it. The document shows no
 * answer, so otherwise the order may exist: `ifMissing` is the error to throw if it does not.
 */
export async function createOrder(
  caller: Caller,
  order: PlacementRequest,
): Promise<{ id: string } | { id: null; ifMissing: IntegrationError }> {
  const path = '/shopi_orders/multicanal_api';
  const response = await send(caller, { method: 'POST', path, json: { order } }).catch((error: unknown) => {
    // "Already exists" (also as a 409) may mean an earlier attempt whose answer was lost.
    const isRefused = error instanceof RejectedError || error instanceof RetryableError;
    if (isRefused && KNOWN.test(error.detail.description)) return error;
    throw error;
  });
  if (response instanceof IntegrationError) return { id: null, ifMissing: response };
  const id = orderIdIn(response.body, order.contact_info.num_orden);
  if (id !== '') return { id };
  const ifMissing = isRefusal(response) ? refuse(response) : unclearAnswer(describe(response), response.status);
  if (ifMissing instanceof BlockedError) throw ifMissing;
  return { id: null, ifMissing };
}

/** "Already exists" and "duplicado", but not "does not exist". */
const KNOWN = /\b(already|duplic|repetid)|(?<!\b(?:no|not) )\bexist/i;

export const ORDER_KEYS = ['order', 'orden', 'pedido', 'shopi_order', 'fulfillment', 'data'];

/**
 * The order's id in an answer, under one of these keys or at the top; empty if there is none. A bare value equal to
 * `num_orden` is not an id: Marketful calls that `orden`, too.
 */
function orderIdIn(body: unknown, number: unknown): string {
  const places = [...ORDER_KEYS.map((key) => namedOrFirst(member(body, key))), namedOrFirst(body)];
  const ids = places.flatMap((at) => [member(at, 'id'), member(at, 'order_id'), textOf(at) === number ? '' : at]);
  return textOf(ids.find(isIdOfDigits));
}

/** GET /items/get_stock: `{ message, sku, avariable_quantity }`. Throws RejectedError for an unknown SKU. */
export async function getStock(caller: Caller, sku: string): Promise<object> {
  return stockOf(await call(caller, { method: 'GET', path: '/items/get_stock', query: { sku } }), sku);
}

/** GET /items/get_stock_ean: `{ message, ean, available_quantity, item_id }`; here it is spelled correctly. */
export async function getStockByEan(caller: Caller, ean: string): Promise<object> {
  return stockOf(await call(caller, { method: 'GET', path: '/items/get_stock_ean', query: { ean } }));
}

/** With what is wrapped in it: the quantity may be in there, or beside the item. */
function stockOf({ body }: HttpResponse, sku?: string): object {
  const inside = namedOrFirst(unwrap(body, ['data', 'item', 'stock']), sku, 'sku');
  return { ...(isObject(body) && body), ...(isObject(inside) && inside) };
}

export type Fields = Record<string, string | number>;

/** POST /items/create_item: returns the saved items as answered. RejectedError names the unsaved and the saved ones. */
export async function createItems(caller: Caller, items: readonly Fields[]): Promise<unknown[]> {
  const response = await send(caller, { method: 'POST', path: '/items/create_item', json: { items } });
  const saved = namesIn(response.body, 'items_saved');
  // 201: only some were saved. Repeating the call would be refused, because those exist now.
  if (!isRefusal(response) && namesIn(response.body, 'items_errors').length === 0) {
    if (response.status === 201 && saved.length === 0) throw unclearAnswer(describe(response), 201);
    checkWithoutMessage(response);
    const items = member(response.body, 'items_saved');
    return Array.isArray(items) ? items : [];
  }
  throw refuse(response, saved.length > 0 ? `; saved: ${saved.join(', ')}` : '');
}

/** Whether the refusal means "no such order", for which the document has two wordings, in Spanish. */
const isNotFound = (error: unknown): boolean =>
  error instanceof RejectedError &&
  /\b(orden|order|pedido)\b.*\b(no|not)\b.*(encontr|found|exist)/i.test(error.detail.description);

/** Whether the refusal means "no such item": "Item #{sku} not found", "Item con EAN '…' no encontrado". */
export const isUnknownItem = ({ detail }: RejectedError): boolean =>
  /^item\b.*\b(not found|no encontrado)/i.test(detail.description);

// The document gives no status for some refusals, so they may come with a 200.
function orderIn(response: HttpResponse, number?: string): { orden: unknown } {
  const { body } = response;
  const [orden] = ['orden', 'ordenes', ...ORDER_KEYS]
    .map((key) => namedOrFirst(member(body, key), number))
    .filter(isObject);
  if (orden) return { ...(body as object), orden };
  if (isRefusal(response)) throw refuse(response);
  if (firstText(body, ['num_orden', 'orden_id']) !== '') return { orden: body };
  throw needed('orden');
}

/** Whether an order has this number, no number at all, or an id of ours to tell it by. */
export const mayBe = (orden: unknown, number: string): boolean =>
  textOf(member(orden, 'orden_id')) !== '' || ['', plain(number)].includes(plain(member(orden, 'num_orden')));

const plain = (number: unknown): string => textOf(number).replaceAll(/[\W_]/g, '').toLowerCase();

/** A list's element of that name, or of one spelled alike, else its first; what is no list as it is. */
function namedOrFirst(value: unknown, name = '', key = 'num_orden'): unknown {
  if (!Array.isArray(value)) return value;
  const by = (spelled: typeof plain) => value.find((one) => spelled(member(one, key)) === spelled(name));
  return by(textOf) ?? by(plain) ?? value[0];
}

/** Any message that is not a success, whatever the status. */
const isRefusal = ({ body }: HttpResponse): boolean => {
  const message = member(body, 'message');
  return typeof message === 'string' && !/^success/i.test(message);
};

const CREDENTIALS = /^(invalid authorization|invalid token|user not found|seller not found)/i;

/** The error for a refusal: its message, the items it lists, and `more`. */
function refuse(response: HttpResponse, more = ''): IntegrationError {
  const { status, body } = response;
  const items = [...namesIn(body, 'items_errors'), ...namesIn(body, 'items')];
  const description = `${describe(response)}${items.length > 0 ? `: ${items.join(', ')}` : ''}${more}`;
  return CREDENTIALS.test(description)
    ? new BlockedError({ code: 'credentials_refused', description, httpStatus: status }, 'connection')
    : new RejectedError({ code: status < 300 ? 'refused' : `http_${status}`, description, httpStatus: status });
}

/** What an answer lists under `key`: each item by its SKU, title or id, or as its text. */
function namesIn(body: unknown, key: string): string[] {
  const items = member(body, key);
  if (!Array.isArray(items)) return [];
  return items.map((item) => textOf(item) || firstText(item, ['sku', 'title', 'id']) || 'one without a SKU');
}

/**
 * At Marketful, 400 to 405 mean something else at every endpoint, so the message decides. Other statuses, and a proxy's
 * page, are read as usual.
 */
function refusal(response: HttpResponse): IntegrationError | null {
  const usual = classify(response);
  // Marketful answers in JSON: a page, such as of a wrong baseUrl, does not tell what was done.
  const isPage = usual instanceof RejectedError && textOf(response.body).startsWith('<');
  if (isPage || firstText(response.body, ['message']).toLowerCase() === 'success')
    return unclearAnswer(describe(response), response.status);
  const isRefused = usual instanceof RejectedError || (usual instanceof BlockedError && isObject(response.body));
  return isRefused && usual.code !== 'redirected' ? refuse(response) : null;
}
