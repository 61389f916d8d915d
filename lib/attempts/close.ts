import { noteProduct } from '#lib/catalog/store';
import { channelOf } from '#lib/connections/connection';
import type { Delivery, Placed } from '#lib/deliveries/delivery';
import type { Closing } from '#lib/deliveries/delivery-schema';
import { getDeliveries, transition } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { subjectOf } from '#lib/deliveries/subject';
import { loadConnector } from '#lib/marketplaces/load';
import { getNetwork } from '#lib/marketplaces/network';
import { changeOrder, tellOrder } from '#lib/orders/change';
import { shippedOf } from '#lib/orders/holders';
import { minus } from '#lib/orders/line-quantities';
import type { Order } from '#lib/orders/order';
import { getOrder, putRemote } from '#lib/orders/store';
import { dueOf, lessOf, numberOf, placementOf, takeBack } from '#lib/orders/units';
import { putAct } from '#lib/platform/audit';
import { findDependents, noteStocked } from './pushed-order.ts';

/** What a person found at the remote, with the remote's id of it where they read one. */
export type Finding = Pick<Closing, 'by' | 'reason'> & { remoteId?: string | undefined };

/** What a delivery is closed with; tests pass another. */
export const HUB = {
  ...{ getNetwork, loadConnector, getOrder, changeOrder, getDeliveries, transition, noteProduct, ring },
  now: () => new Date(),
};

/** Whether a person may close it: what a worker may still do is left to the worker. */
export const isClosable = ({ state }: Delivery): boolean => state === 'dead' || state === 'blocked';

/** Whether what such a delivery makes at the remote gets an id there, by which later events find their order. */
export async function takesRemoteId(delivery: Delivery): Promise<boolean> {
  return delivery.action === 'order' || (await requestedFor(delivery, HUB)) !== undefined;
}

/**
 * Closes a dead or blocked delivery that a person found done at the remote: without an attempt, and with everything
 * that follows a success. Undefined when it changed meanwhile: read it again and decide again.
 */
export async function closeDelivery(
  delivery: Delivery,
  finding: Finding,
  hub: typeof HUB = HUB,
): Promise<Delivery | undefined> {
  const { state, cause } = delivery;
  if (state !== 'dead' && state !== 'blocked') return undefined;
  const { by, reason, remoteId } = finding;
  const now = hub.now();
  const at = now.toISOString();
  const orderId = delivery.order ?? (await requestedFor(delivery, hub));
  const order = orderId ? await hub.getOrder(orderId) : undefined;
  const isPlacement = order !== undefined && delivery.action === 'order';
  const placed = isPlacement ? await placedAs(delivery, order, remoteId, at, hub) : undefined;
  const closed: Delivery = {
    ...delivery,
    ...{ state: 'succeeded', cause: null, waitsFor: null, nextAttemptAt: null, updatedAt: at },
    ...{ unknown: false, throttledSince: null },
    closed: { by, reason, at, was: state, cause },
    ...(placed && { placed }),
  };
  const act = { act: 'delivery.closed' as const, about: delivery.id, by, reason, at };
  const also = [
    putAct({ ...act, detail: { was: state, ...(remoteId && { remoteId }) } }),
    ...(order ? tellClosed(delivery, order, state, finding, at) : []),
  ];
  if (order && delivery.action === 'cancel') await takeBackBy(closed, order, by, hub);
  if (!(await hub.transition(delivery, closed, also))) return undefined;
  if (isPlacement) await noteStocked(delivery.connection, order, delivery.subject.lineItems ?? [], hub);
  await hub.ring(await findDependents(closed, hub), now);
  return closed;
}

/**
 * Takes unwanted units off their placement, except those that were shipped: units that a person gave to somebody else
 * go on from there. The order is written first, as closing again does no harm.
 */
async function takeBackBy({ id, subject }: Delivery, { id: order }: Order, by: string, hub: typeof HUB): Promise<void> {
  const { placement = '' } = subject;
  const network = await hub.getNetwork();
  await hub.changeOrder(
    order,
    (now) => {
      if (!now) return null;
      const unwanted = lessOf(dueOf(now), placement);
      // What became unwanted since then is for a later cancellation.
      const less = minus(unwanted, minus(unwanted, subject.lineItems ?? unwanted));
      return { order: takeBack(now, placement, minus(less, shippedOf(now, placement, less))) };
    },
    { by, origin: id, network },
  );
}

function tellClosed(
  { id, action, connection, cause }: Delivery,
  { id: order }: Order,
  was: Closing['was'],
  { by, reason, remoteId }: Finding,
  at: string,
) {
  const detail = { delivery: id, action, connection, was, ...cause, reason, ...(remoteId && { remoteId }) };
  return [
    ...tellOrder(order, [{ type: 'delivery.closed', detail }], { by, at, origin: `${id}#${at}` }),
    ...(remoteId ? [putRemote(connection, remoteId, order)] : []),
  ];
}

/** The order that a request is about, if it names one. */
async function requestedFor(delivery: Delivery, hub: Pick<typeof HUB, 'loadConnector'>): Promise<string | undefined> {
  const subject = subjectOf(delivery);
  // What was asked may be erased, with its buyer.
  if (subject.job !== 'request' || subject.input === null) return undefined;
  const { actions } = await hub.loadConnector(delivery.marketplace);
  return actions.requests?.[delivery.action]?.orderOf?.(subject.input);
}

/** A placement is followed from now on; one that is known already stays as it is, unless its id was read. */
async function placedAs(
  { id, placed }: Delivery,
  order: Order,
  remoteId: string | undefined,
  at: string,
  hub: Pick<typeof HUB, 'getNetwork'>,
): Promise<Placed | undefined> {
  if (placed && !remoteId) return placed;
  const source = (await hub.getNetwork()).connections.get(order.connection);
  const channel = source ? channelOf(source) : order.connection;
  const { n } = placementOf(order, id) ?? {};
  return { remoteId: remoteId ?? null, number: numberOf(order, n), channel, at };
}
