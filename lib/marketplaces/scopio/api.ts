import { RejectedError, UnknownOutcomeError } from '#lib/platform/errors';
import { describe } from '#lib/platform/http/classify';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { member } from '../kit/json.ts';
import { count, id, integer, optional, optionalId, optionalText, readShape, text } from '../kit/shape.ts';

const Address = z.object({
  first_name: optionalText,
  last_name: optionalText,
  company: optionalText,
  street_address: optionalText,
  extended_address: optionalText,
  address_locality: optionalText,
  address_region: optionalText,
  postal_code: optionalText,
  address_country: optionalText,
  phone_number: optionalText,
  email: optionalText,
});
export type Address = z.infer<typeof Address>;

/** By when an order must leave: keys that nobody documents, read where they are there. */
const ShipBy = z.object({ ship_by: z.optional(z.unknown()), shipping_deadline: z.optional(z.unknown()) });
export type ShipBy = z.infer<typeof ShipBy>;

/** Their own order. Prices are decimal strings in major units, `gross_price` of one piece. */
export const Order = z.object({
  id,
  number: optionalText,
  status: optionalText,
  created_at: text,
  paid_at: optionalText,
  updated_at: optionalText,
  currency: text,
  shipping_address: Address,
  shipping_method: optionalText,
  ...ShipBy.shape,
  items: z
    .array(
      z.object({
        id,
        sku: optionalId,
        ean: optionalId,
        title: optionalText,
        quantity: count,
        gross_price: text,
      }),
    )
    .check(z.minLength(1, 'expected at least one item')),
  shipping: optional(z.object({ gross_price: optionalText })),
  total_net: optionalText,
  total_gross: text,
});

const Totals = z.array(z.object({ type: text, amount: integer }));

/** A plain UCP order, where the platform sends that instead. Amounts are minor units. */
export const PlainUcpOrder = z.object({
  id,
  label: optionalText,
  status: optionalText,
  created_at: optionalText,
  paid_at: optionalText,
  updated_at: optionalText,
  checkout_id: optionalText,
  permalink_url: optionalText,
  ...ShipBy.shape,
  currency: text,
  buyer: optional(Address),
  line_items: z
    .array(
      z.object({
        id,
        item: z.object({ id, title: optionalText, ean: optionalId, price: count }),
        quantity: z.object({ total: count, fulfilled: optional(count) }),
        totals: optional(Totals),
      }),
    )
    .check(z.minLength(1, 'expected at least one line item')),
  fulfillment: z.object({
    expectations: z
      .array(z.object({ destination: Address, description: optionalText }))
      .check(z.minLength(1, 'expected where the order goes')),
  }),
  totals: Totals,
});

/** What a webhook wraps its order in. Only the time is read: of a bare order nobody knows when it was sent. */
export const Envelope = z.object({ created_at: optionalText });

/** "Response excerpt": `{ "success": true, "orders": [...] }`. Orders pass as they came, a bad one spoils no other. */
const OrderList = z.object({ orders: z.array(z.unknown()) });

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

// Refusals are `{ code, description }` under the usual statuses: classify() already reads them as they are meant.
const authorization = ({ secrets }: Caller) => ({ authorization: `Bearer ${secrets.apiKey}` });

/** GET /api/seller/orders: all newly paid orders that hold this seller's items, at once. */
export async function listOrders(caller: Caller): Promise<unknown[]> {
  const headers = authorization(caller);
  const { body } = await caller.http.request({ method: 'GET', path: '/api/seller/orders', headers });
  return readShape(OrderList, body).orders;
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
