import type { Delivery } from '#lib/deliveries/delivery';
import { putOrder } from './hub-api.ts';

interface Failure {
  code?: string;
  description?: string;
  state?: 'dead' | 'blocked';
  unknown?: boolean;
}

/** Works as a pusher does: leases a pending delivery and records the outcome of one attempt. */
export async function workOnce(id: string, failure?: Failure): Promise<Delivery> {
  const { getDelivery, leaseDelivery, transition, withAttempt } = await import('#lib/deliveries/ledger');
  const { settle } = await import('#lib/deliveries/settle');
  const pending = await getDelivery(id);
  const leased = pending?.state === 'pending' && (await leaseDelivery(pending, new Date()));
  if (!leased) throw new Error(`${id} is ${pending?.state}`);
  const now = new Date().toISOString();
  const result = failure
    ? { ok: false as const, error: await errorOf(failure), unknown: failure.unknown ?? false }
    : { ok: true as const };
  const times = { startedAt: now, endedAt: now };
  const settled = settle(leased, result, times, { limit: 0, intervalSeconds: 300 });
  const { delivery, also } = withAttempt(settled.delivery, settled.attempt);
  if (!(await transition(leased, delivery, also))) throw new Error(`${id} changed`);
  return delivery;
}

async function errorOf({ code = 'http_422', description = 'no such carrier', state = 'dead' }: Failure) {
  const { BlockedError, RejectedError } = await import('#lib/platform/errors');
  const detail = { code, description, httpStatus: 422 };
  return state === 'blocked' ? new BlockedError(detail, 'operator') : new RejectedError(detail);
}

/** The placement of a new order, failed for good, with its attempt on record. */
export async function putFailed(externalId: string, failure: Failure = {}): Promise<Delivery> {
  const { deliveries } = await putOrder(externalId, { shippingAddress: { address_country: 'MX' } });
  const [opened] = deliveries;
  if (!opened) throw new Error('the order caused no delivery');
  return workOnce(opened.id, failure);
}

/** Several of these, in the order of their creation. */
export async function putManyFailed(prefix: string, count: number, failure: Failure = {}): Promise<Delivery[]> {
  const all: Delivery[] = [];
  for (let index = 0; index < count; index++) all.push(await putFailed(`${prefix}-${index}`, failure));
  return all;
}
