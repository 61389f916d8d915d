import { getConfiguration } from '#lib/connections/store';
import { ring } from '#lib/deliveries/ring';
import type { Fulfillment } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { applyFulfillment, type PostedFulfillment } from '#lib/orders/shipment';
import { commitOrder, getOrder } from '#lib/orders/store';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { ApiError, notFound } from './kit/errors.ts';
import { idempotency } from './kit/idempotency.ts';

interface Answer {
  status: 200 | 201;
  fulfillment: Fulfillment;
}

interface Request {
  orderId: string;
  posted: PostedFulfillment;
  keyName: string;
  idempotencyKey: string | undefined;
}

/** Adds the parcel, tells its order's timeline and opens the report to whoever sold it, all or nothing. */
export async function postFulfillment({ orderId, posted, keyName, idempotencyKey }: Request): Promise<Answer> {
  const configuration = await getConfiguration();
  const receivedAt = new Date().toISOString();
  const repeated = idempotency<Answer>(keyName, idempotencyKey, [orderId, posted]);
  const { answer, opened } = await untilCommitted(`order ${orderId}`, async () => {
    const before = await repeated.find();
    if (before) return { answer: before, opened: [] };
    const previous = await getOrder(orderId);
    if (!previous) throw notFound('order');
    if (previous.cancelled) throw new ApiError(409, 'order_cancelled', 'the order is cancelled');
    const { order, timeline, changed, fulfillment } = applyFulfillment(previous, posted, { by: 'erp', receivedAt });
    const answer: Answer = { status: changed ? 201 : 200, fulfillment };
    const also = repeated.remember(answer);
    if (!changed) return also.length === 0 || (await transact(also)) ? { answer, opened: [] } : undefined;
    const plan = planDeliveries(order, configuration);
    const now = new Date();
    const opened = await commitOrder({ order, previous, timeline, ...plan, origin: fulfillment.id, now, also });
    return opened && { answer, opened };
  });
  await ring(opened);
  return answer;
}
