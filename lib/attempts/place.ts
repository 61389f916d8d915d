import { channelOf } from '#lib/connections/connection';
import type { Subjects } from '#lib/deliveries/delivery';
import type { PlaceInput } from '#lib/marketplaces/action';
import { paymentOf } from '#lib/orders/release';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { Job } from './attempt.ts';
import { readSold, tellPushed } from './sold.ts';
import { noteStocked } from './success.ts';

/** Places lines of an order with whoever ships them. */
export const place: Job<Subjects['place'], PlaceInput> = {
  action: ({ order }) => order,

  async prepare({ lineItems }, work) {
    const { order, source, unknown } = await readSold(work);
    if (order.cancelled)
      throw new RejectedError({ code: 'order_cancelled', description: 'the order was cancelled before it was placed' });
    if (paymentOf(order).state === 'on_delivery' && !work.connector.collectsCash)
      throw new BlockedError(
        {
          code: 'cod_unsupported',
          description: `${work.connector.info.title} cannot collect cash on delivery: have it shipped by somebody who can`,
        },
        'operator',
      );
    return { input: { order, source, lineItems }, unknown };
  },

  async after(result, { input: { order, source, lineItems }, probed }, { connection, hub, remote }) {
    await noteStocked(connection.id, order, lineItems, hub);
    const { remoteId } = result;
    // By this id its events find the order; whoever does not come to the next write finds it by the probe.
    if (remoteId !== undefined) await hub.rememberRemote(connection.id, remoteId, order.id);
    const at = remote.now().toISOString();
    const placed = { remoteId: remoteId ?? null, number: order.number, channel: channelOf(source), at };
    return { ...tellPushed('order.placed', result, { probed }), placed };
  },
};
