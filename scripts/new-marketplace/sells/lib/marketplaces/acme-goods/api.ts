import type { HttpRequest } from '#lib/platform/http/client';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { count, id, optional, optionalId, optionalText, readShape, text } from '../kit/shape.ts';

const Address = z.object({
  name: optionalText,
  street: optionalText,
  city: optionalText,
  postal_code: optionalText,
  country: optionalText,
  phone: optionalText,
  email: optionalText,
});
export type Address = z.infer<typeof Address>;

/** Prices are decimal strings in major units, including tax; `price` is for one piece. */
export const Order = z.object({
  id,
  number: optionalText,
  status: optionalText,
  created_at: text,
  paid_at: optionalText,
  updated_at: optionalText,
  currency: text,
  ship_to: Address,
  items: z
    .array(z.object({ id, sku: optionalId, title: optionalText, quantity: count, price: text }))
    .check(z.minLength(1, 'expected at least one item')),
  shipping_price: optionalText,
  total: text,
  shipments: optional(z.array(z.object({ tracking_number: optionalText }))),
});
export type Order = z.infer<typeof Order>;

/** Orders stay as they came, so that an unreadable one does not spoil the others. */
const OrderList = z.object({ orders: z.array(z.unknown()) });

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

const call = ({ http, secrets }: Caller, request: HttpRequest) =>
  http.request({ ...request, headers: { authorization: `Bearer ${secrets.apiKey}` } });

/** GET /v1/orders: orders that are paid and not shipped. */
export async function listOrders(caller: Caller): Promise<unknown[]> {
  const { body } = await call(caller, { method: 'GET', path: '/v1/orders', query: { status: 'paid' } });
  return readShape(OrderList, body).orders;
}

/** GET /v1/orders/{id} */
export async function getOrder(caller: Caller, id: string): Promise<Order> {
  const { body } = await call(caller, { method: 'GET', path: '/v1/orders/{id}', params: { id } });
  return readShape(Order, body);
}

/** POST /v1/orders/{id}/shipments: one parcel. */
export async function addShipment(
  caller: Caller,
  id: string,
  json: { carrier: string; tracking_number: string },
): Promise<void> {
  await call(caller, { method: 'POST', path: '/v1/orders/{id}/shipments', params: { id }, json });
}
