import type { Delivery, Subjects } from '#lib/deliveries/delivery';
import { replaceDelivery } from '#lib/deliveries/ledger';
import type { CancelInput } from '#lib/marketplaces/action';
import { tellOrder } from '#lib/orders/change';
import { BlockedError, NotYetError } from '#lib/platform/errors';
import type { Write } from '#lib/platform/table/table';
import type { Job, RemoteWork } from './attempt.ts';
import { mayBeLost, readSold, tellPushed } from './sold.ts';

/** A placement in a worker's hands is looked at again when that worker must be done. */
const IN_HAND_MS = 5_000;

/** Stops a placement that has not happened, undoes one that has, and shows what cannot be undone. */
export const cancel: Job<Subjects['cancel'], CancelInput> = {
  action: (actions) => actions.cancel,

  async prepare({ placement: id }, work) {
    const { hub, connector, remote } = work;
    const { order, source, unknown } = await readSold(work);
    const placement = await hub.getDelivery(id);
    if (!placement) return { effects: {} };
    if (placement.state === 'leased')
      throw new NotYetError({ code: 'placement_in_hand', description: `${id} is being placed` }, IN_HAND_MS);
    const { lineItems = [] } = placement.subject;
    const input = { order, source, lineItems, remoteId: placement.placed?.remoteId ?? null };
    if (placement.action === 'route' || !(await isPlaced(placement, input, work)))
      return { effects: { also: stop(placement, order.id, remote.now()) } };
    if (connector.actions.cancel) return { input, unknown };
    const description = `${connector.info.title} cannot cancel over its API: have order ${input.remoteId ?? order.number} stopped there by hand`;
    throw new BlockedError({ code: 'cancel_unsupported', description }, 'operator');
  },

  async after(result, { probed }) {
    return tellPushed('order.withdrawn', result, { probed });
  },
};

/** Whether the remote has the order; where nobody knows, the remote is asked. */
async function isPlaced(
  placement: Delivery,
  input: CancelInput,
  { connector, remote, hub }: RemoteWork,
): Promise<boolean> {
  if (placement.state === 'succeeded') return true;
  if (!placement.unknown && !(await mayBeLost(placement, input.order.placedAt, hub))) return false;
  return (await connector.actions.order?.probe(remote, input)) != null;
}

/** Nothing is there to undo, and nothing will be: dead, but with nobody to alarm. */
function stop(placement: Delivery, orderId: string, now: Date): Write[] {
  const { id, state, connection: by } = placement;
  if (state !== 'pending' && state !== 'blocked') return [];
  const at = now.toISOString();
  const cause = { code: 'order_cancelled', description: 'the order was cancelled before it was placed' };
  const stopped: Delivery = {
    ...placement,
    state: 'dead',
    cause,
    waitsFor: null,
    nextAttemptAt: null,
    updatedAt: at,
    deadLettered: true,
  };
  const told = tellOrder(orderId, [{ type: 'order.stopped', detail: { delivery: id } }], { by, at, origin: id });
  return [replaceDelivery(placement, stopped), ...told];
}
