import type { Delivery } from '#lib/deliveries/delivery';
import { getDelivery, replaceDelivery } from '#lib/deliveries/ledger';
import type { CancelInput, RemoteContext } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import { tellOrder } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import { BlockedError, NotYetError } from '#lib/platform/errors';
import { afterPush } from './effects.ts';
import { isDoubtful } from './restored.ts';
import { type Done, once, type Progress } from './run.ts';

/** A placement in a worker's hands is looked at again when that worker must be done. */
const IN_HAND_MS = 5_000;

/** Stops a placement that has not happened, undoes one that has, and shows what cannot be undone. */
export async function runCancel(
  delivery: Delivery,
  connector: Connector,
  remote: RemoteContext,
  input: Omit<CancelInput, 'lineItems' | 'remoteId'>,
  progress: Progress,
): Promise<Done> {
  const { order } = input;
  const placement = await getDelivery(delivery.subject.placement ?? '');
  if (!placement) return { also: [] };
  if (placement.state === 'leased')
    throw new NotYetError({ code: 'placement_in_hand', description: `${placement.id} is being placed` }, IN_HAND_MS);
  const { lineItems = [] } = placement.subject;
  const placed = { ...input, lineItems, remoteId: placement.placed?.remoteId ?? null };
  if (placement.action === 'route' || !(await isPlaced(placement, connector, remote, placed)))
    return { also: stop(placement, order, remote.now()) };
  const { cancel } = connector.actions;
  if (!cancel)
    throw new BlockedError(
      {
        code: 'cancel_unsupported',
        description: `${connector.info.title} cannot cancel over its API: have order ${placed.remoteId ?? order.number} stopped there by hand`,
      },
      'operator',
    );
  const { result, probed } = await once(
    progress,
    () => cancel.probe(remote, placed),
    () => cancel.push(remote, placed),
  );
  return afterPush(delivery, { ...placed, now: remote.now() }, result, probed);
}

/** Whether the remote has the order; where nobody knows, the remote is asked. */
async function isPlaced(
  placement: Delivery,
  connector: Connector,
  remote: RemoteContext,
  input: CancelInput,
): Promise<boolean> {
  if (placement.state === 'succeeded') return true;
  if (!placement.unknown && !(await isDoubtful(placement, input.order.placedAt))) return false;
  return (await connector.actions.order?.probe(remote, input)) != null;
}

/** Nothing is there to undo, and nothing will be: dead, but with nobody to alarm. */
function stop(placement: Delivery, order: Order, now: Date): Done['also'] {
  if (placement.state !== 'pending' && placement.state !== 'blocked') return [];
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
  return [
    replaceDelivery(placement, stopped),
    ...tellOrder(order.id, [{ type: 'order.stopped', detail: { delivery: placement.id } }], {
      by: placement.connection,
      at,
      origin: placement.id,
    }),
  ];
}
