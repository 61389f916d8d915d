import type { Delivery } from '#lib/deliveries/delivery';
import { getDelivery, replaceDelivery } from '#lib/deliveries/ledger';
import type { Connector, PushContext } from '#lib/marketplaces/contract';
import { putTimeline } from '#lib/orders/store';
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
  context: PushContext,
  progress: Progress,
): Promise<Done> {
  const placement = await getDelivery(delivery.subject.placement ?? '');
  if (!placement) return { also: [] };
  if (placement.state === 'leased')
    throw new NotYetError({ code: 'placement_in_hand', description: `${placement.id} is being placed` }, IN_HAND_MS);
  if (placement.action === 'route' || !(await isPlaced(placement, connector, context)))
    return { also: stop(placement, context) };
  const { cancel } = connector.push;
  if (!cancel)
    throw new BlockedError(
      {
        code: 'cancel_unsupported',
        description: `${connector.info.title} cannot cancel over its API: have order ${context.remoteId ?? context.order.number} stopped there by hand`,
      },
      'operator',
    );
  const { result, probed } = await once(
    progress,
    () => cancel.probe(context),
    () => cancel.push(context),
  );
  return afterPush(delivery, context, result, probed);
}

/** Whether the remote has the order; where nobody knows, the remote is asked. */
async function isPlaced(placement: Delivery, connector: Connector, context: PushContext): Promise<boolean> {
  if (placement.state === 'succeeded') return true;
  if (!placement.unknown && !(await isDoubtful(placement, context.order.placedAt))) return false;
  return (await connector.push.order?.probe({ ...context, lineItems: placement.subject.lineItems ?? [] })) != null;
}

/** Nothing is there to undo, and nothing will be: dead, but with nobody to alarm. */
function stop(placement: Delivery, { order, now }: PushContext): Done['also'] {
  if (placement.state !== 'pending' && placement.state !== 'blocked') return [];
  const at = now().toISOString();
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
  const entry = { at, type: 'order.stopped', by: placement.connection, detail: { delivery: placement.id } };
  return [replaceDelivery(placement, stopped), ...putTimeline(order.id, [entry], placement.id)];
}
