import type { PushAction, PushContext, RemoteContext } from '../contract.ts';
import { member, textOf } from '../kit/shape.ts';
import { createOrder, getEvents, getOrder } from './client.ts';
import { channelOf, placementOf } from './placement.ts';

/** Reads the order a webhook named. */
export async function fetch(context: RemoteContext, _action: string, resource: string) {
  return { topic: 'orden', body: await getEvents(context, resource) };
}

export const order: PushAction = {
  async push(context) {
    return resultOf(await createOrder(context, placementOf(context)));
  },

  /** `num_orden` is unique within a seller's channel, so whatever is there under it is this order or none. */
  async probe(context) {
    const body = await getOrder(context, channelOf(context), context.order.number);
    const orden = member(body, 'orden') ?? null;
    if (orden === null || isAnothers(orden, context)) return null;
    return { ...resultOf(member(orden, 'id')), note: 'found at Marketful under its channel and number' };
  },
};

function isAnothers(orden: unknown, context: PushContext): boolean {
  const theirs = textOf(member(orden, 'orden_id'));
  return theirs !== '' && theirs !== context.order.id;
}

const resultOf = (id: unknown) => (textOf(id) === '' ? {} : { remoteId: textOf(id) });
