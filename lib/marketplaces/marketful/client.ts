import { BlockedError, type IntegrationError, RejectedError, UnknownOutcomeError } from '#lib/errors';
import { classify, describe } from '#lib/http/classify';
import type { HttpResponse } from '#lib/http/client';
import type { RemoteContext } from '../contract.ts';
import { member, needed } from '../shape.ts';
import { Created } from './schema.ts';

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;

const headers = ({ secrets }: Caller) => ({ authorization: secrets.accessToken ?? '', user: secrets.userId ?? '' });

/** GET /shipment_events/get_events: `{ message, orden }`, the order with everything that happened to it; ContractError without it. */
export async function getEvents(caller: Caller, orderId: string): Promise<unknown> {
  const path = '/shipment_events/get_events';
  const query = { order_id: orderId };
  return found(await caller.http.request({ method: 'GET', path, query, headers: headers(caller), refusal }));
}

/** GET /shopi_orders/get_orders: `{ message, orden }` by channel and number; null where there is no such order. */
export async function getOrder(caller: Caller, canal: string, orden: string): Promise<unknown> {
  const path = '/shopi_orders/get_orders';
  try {
    const query = { canal, orden };
    return found(await caller.http.request({ method: 'GET', path, query, headers: headers(caller), refusal }));
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
  const json = { order };
  const response = await caller.http.request({ method: 'POST', path, json, headers: headers(caller), refusal });
  if (isRefusal(response)) throw refuse(response);
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

const isRefusal = ({ body }: HttpResponse): boolean => {
  const message = member(body, 'message');
  return typeof message === 'string' && !/^success/i.test(message);
};

const CREDENTIALS = /^(invalid authorization|invalid token|user not found|seller not found)/i;

function refuse(response: HttpResponse): IntegrationError {
  const description = describe(response);
  const { status } = response;
  return CREDENTIALS.test(description)
    ? new BlockedError({ code: 'credentials_refused', description, httpStatus: status }, 'connection')
    : new RejectedError({ code: `http_${status}`, description, httpStatus: status });
}

/** Their 400 to 405 mean something else at every call; only the message tells. What may heal is left to the status. */
function refusal(response: HttpResponse): IntegrationError | null {
  const usual = classify(response);
  return usual instanceof RejectedError || usual instanceof BlockedError ? refuse(response) : null;
}
