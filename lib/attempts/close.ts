import { noteProduct } from '#lib/catalog/store';
import { channelOf } from '#lib/connections/connection';
import { getConfiguration } from '#lib/connections/store';
import type { Closing, Delivery, Placed } from '#lib/deliveries/delivery';
import { transition } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { loadConnector } from '#lib/marketplaces/load';
import { tellOrder } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import { getOrder, putRemote } from '#lib/orders/store';
import { findFollowers } from './followers.ts';

/** An operator's word; the remote's own id of what stands there, where the operator read it there. */
export type Word = Pick<Closing, 'by' | 'reason'> & { remoteId?: string | undefined };

/** Whether a person may close it: what a worker may still do is left to the worker. */
export const isClosable = ({ state }: Delivery): boolean => state === 'dead' || state === 'blocked';

/** What stands at the remote after such a delivery has an id there, by which later events find their order. */
export async function takesRemoteId(delivery: Delivery): Promise<boolean> {
  return delivery.action === 'order' || (await requestedFor(delivery)) !== undefined;
}

/**
 * Closes a dead or blocked delivery that a person found done at the remote: no attempt, and what follows from a success
 * all the same. Undefined when it changed meanwhile: read it again and decide again.
 */
export async function closeDelivery(
  delivery: Delivery,
  { by, reason, remoteId }: Word,
  now = new Date(),
): Promise<Delivery | undefined> {
  const { id, state, cause, action, connection } = delivery;
  if (state !== 'dead' && state !== 'blocked') return undefined;
  const at = now.toISOString();
  const closed: Delivery = {
    ...delivery,
    ...{ state: 'succeeded', cause: null, waitsFor: null, nextAttemptAt: null, updatedAt: at },
    ...{ unknown: false, throttledSince: null },
    closed: { by, reason, at, was: state, cause },
  };
  const orderId = delivery.order ?? (await requestedFor(delivery));
  const order = orderId ? await getOrder(orderId) : undefined;
  const detail = { delivery: id, action, connection, was: state, ...cause, reason, ...(remoteId && { remoteId }) };
  const also = order
    ? [
        ...tellOrder(order.id, [{ type: 'delivery.closed', detail }], { by, at, origin: `${id}#${at}` }),
        ...(remoteId ? [putRemote(connection, remoteId, order.id)] : []),
      ]
    : [];
  const placed = order && action === 'order' ? await placedAs(delivery, order, remoteId, at) : undefined;
  if (!(await transition(delivery, { ...closed, ...(placed && { placed }) }, also))) return undefined;
  if (order && action === 'order') await noteProducts(delivery, order);
  await ring(await findFollowers(closed), now);
  return { ...closed, ...(placed && { placed }) };
}

/** The order that a request is about, where the request names one. */
async function requestedFor({ marketplace, action, subject }: Delivery): Promise<string | undefined> {
  if (subject.input === undefined) return undefined;
  const { actions } = await loadConnector(marketplace);
  return actions.requests?.[action]?.orderOf?.(subject.input);
}

/** A placement is followed from now on; one that is known already stays as it is, unless its id was read. */
async function placedAs(
  { placed }: Delivery,
  order: Order,
  remoteId: string | undefined,
  at: string,
): Promise<Placed | undefined> {
  if (placed && !remoteId) return placed;
  const source = (await getConfiguration()).connections.get(order.connection);
  const channel = source ? channelOf(source) : order.connection;
  return { remoteId: remoteId ?? null, number: order.number, channel, at };
}

/** Whoever ships a SKU stocks it, as after any placement. */
async function noteProducts({ connection, subject }: Delivery, { ucp }: Order): Promise<void> {
  const ids = new Set((subject.lineItems ?? []).map(({ id }) => id));
  const lines = ucp.line_items.filter(({ id }) => ids.has(id));
  await Promise.all(lines.map(({ item }) => noteProduct(connection, item.id, item.title)));
}
