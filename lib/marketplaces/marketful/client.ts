import { BlockedError, type IntegrationError, RejectedError, UnknownOutcomeError } from '#lib/platform/errors';
import type { HttpResponse } from '#lib/platform/http/classify';
import { classify, describe } from '#lib/platform/http/classify';
import type { HttpRequest } from '#lib/platform/http/client';
import type { RemoteContext } from '../action.ts';
import { member, textOf } from '../kit/json.ts';
import { needed } from '../kit/shape.ts';
import { Created } from './schema.ts';

export type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

/** One call in the account's name, with every refusal read by its message; a 2xx may still be one. */
export function send(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const { accessToken = '', userId = '' } = caller.secrets;
  return caller.http.request({ ...request, headers: { authorization: accessToken, user: userId }, refusal });
}

/** As `send`, for calls whose success says so: whatever message is not a success is a refusal. */
export async function call(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const response = await send(caller, request);
  if (isRefusal(response)) throw refuse(response);
  return response;
}

/** GET /shipment_events/get_events: `{ message, orden }`, the order with everything that happened to it; ContractError without it. */
export async function getEvents(caller: Caller, orderId: string): Promise<unknown> {
  const path = '/shipment_events/get_events';
  const query = { order_id: orderId };
  return found(await send(caller, { method: 'GET', path, query }));
}

/** GET /shopi_orders/get_orders: `{ message, orden }` by channel and number; null where there is no such order. */
export async function getOrder(caller: Caller, canal: string, orden: string): Promise<unknown> {
  const path = '/shopi_orders/get_orders';
  try {
    const query = { canal, orden };
    return found(await send(caller, { method: 'GET', path, query }));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

export interface PlacementRequest {
  contact_info: Record<string, string | boolean>;
  items: Array<{ sku: string; cantidad: number }>;
}

/** POST /shopi_orders/multicanal_api: `{ message, order }`; returns their id of the order, if they say it. */
export async function createOrder(caller: Caller, order: PlacementRequest): Promise<string | undefined> {
  const path = '/shopi_orders/multicanal_api';
  const response = await call(caller, { method: 'POST', path, json: { order } });
  const answer = Created.safeParse(response.body);
  if (answer.success) return answer.data.order?.id;
  // They may well have taken it: reading it back tells.
  throw new UnknownOutcomeError({
    code: 'unexpected_answer',
    description: describe(response),
    httpStatus: response.status,
  });
}

/** Whether the remote said that it has no such order, which the document spells in two ways. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof RejectedError && /^orden no encontrad/i.test(error.detail.description);

// Of some refusals the document shows the message and no status, so they may come as a 200 too.
function found(response: HttpResponse): unknown {
  if ((member(response.body, 'orden') ?? null) !== null) return response.body;
  if (isRefusal(response)) throw refuse(response);
  throw needed('orden');
}

/** A message that is no success, whatever the status. */
export const isRefusal = ({ body }: HttpResponse): boolean => {
  const message = member(body, 'message');
  return typeof message === 'string' && !/^success/i.test(message);
};

const CREDENTIALS = /^(invalid authorization|invalid token|user not found|seller not found)/i;

/** What a refusal means, in their words with the items they list, and `more` of ours. */
export function refuse(response: HttpResponse, more = ''): IntegrationError {
  const { status, body } = response;
  const items = [...namesIn(body, 'items_errors'), ...namesIn(body, 'items')];
  const description = `${describe(response)}${items.length > 0 ? `: ${items.join(', ')}` : ''}${more}`;
  return CREDENTIALS.test(description)
    ? new BlockedError({ code: 'credentials_refused', description, httpStatus: status }, 'connection')
    : new RejectedError({ code: status < 300 ? 'refused' : `http_${status}`, description, httpStatus: status });
}

/** Items are listed in shapes of their own: each by its SKU, title or id, or the words it consists of. */
export function namesIn(body: unknown, key: string): string[] {
  const items = member(body, key);
  if (!Array.isArray(items)) return [];
  return items.map((item) => {
    const names = [item, ...['sku', 'title', 'id'].map((name) => member(item, name))].map(textOf);
    return names.find((name) => name !== '') ?? 'one without a SKU';
  });
}

/** Their 400 to 405 mean something else at every call; only the message tells. What may heal is left to the status. */
function refusal(response: HttpResponse): IntegrationError | null {
  const usual = classify(response);
  return usual instanceof RejectedError || usual instanceof BlockedError ? refuse(response) : null;
}
