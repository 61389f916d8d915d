import { UnknownOutcomeError } from '#lib/platform/errors';
import { describe } from '#lib/platform/http/classify';
import type { HttpRequest } from '#lib/platform/http/client';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { id, optional, optionalOurId, optionalText, readShape, text } from '../kit/shape.ts';

const Parcel = z.object({ carrier: text, tracking_number: text, shipped_at: text });

/** `reference` is our order's id, under which we placed it. */
export const Placed = z.object({
  id,
  reference: optionalOurId,
  number: optionalText,
  status: optionalText,
  parcels: optional(z.array(Parcel)),
});

const List = z.object({ orders: z.array(Placed) });
const Created = z.object({ id });

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

const call = ({ http, secrets }: Caller, request: HttpRequest) =>
  http.request({ ...request, headers: { authorization: `Bearer ${secrets.apiKey}` } });

export interface PlacementRequest {
  reference: string;
  number: string;
  ship_to: Record<string, string>;
  items: Array<{ sku: string; quantity: number }>;
}

/** POST /v1/orders: returns the vendor's id of the order. */
export async function createOrder(caller: Caller, json: PlacementRequest): Promise<string> {
  const response = await call(caller, { method: 'POST', path: '/v1/orders', json });
  const answer = Created.safeParse(response.body);
  if (answer.success) return answer.data.id;
  // The vendor may have accepted it: the probe finds out.
  const detail = { code: 'unexpected_answer', description: describe(response), httpStatus: response.status };
  throw new UnknownOutcomeError(detail);
}

/** GET /v1/orders by reference: what was placed under it, if anything. */
export async function findOrder(caller: Caller, reference: string) {
  const { body } = await call(caller, { method: 'GET', path: '/v1/orders', query: { reference } });
  return readShape(List, body).orders[0];
}

/** GET /v1/orders/{id} */
export async function getOrder(caller: Caller, id: string): Promise<unknown> {
  return (await call(caller, { method: 'GET', path: '/v1/orders/{id}', params: { id } })).body;
}
