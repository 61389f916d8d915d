import { RejectedError } from '#lib/errors';
import type { PollContext, PollPage, PushAction, PushContext, RemoteContext } from '../contract.ts';
import { member, textOf } from '../shape.ts';
import { createOrder, getEvents, getOrder } from './client.ts';
import { channelOf, placementOf } from './placement.ts';

/** Reads the order a webhook named. */
export async function fetch(context: RemoteContext, _action: string, resource: string) {
  return { topic: 'orden', body: await getEvents(context, resource) };
}

/** A page for each open placement, as each is a call: a poll that runs out of budget repeats none. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  for await (const { orderId, remoteId, channel, number } of context.openPlacements(context.resume)) {
    const body = await readPlacement(context, remoteId, channel, number);
    yield { items: body === null ? [] : [{ topic: 'orden', body }], resume: orderId };
  }
  yield { items: [], resume: null };
}

/** An order that Marketful will not show must not keep the poll from those behind it. */
async function readPlacement(context: RemoteContext, remoteId: string | null, channel: string, number: string) {
  try {
    return remoteId === null ? await getOrder(context, channel, number) : await getEvents(context, remoteId);
  } catch (error) {
    if (error instanceof RejectedError) return null;
    throw error;
  }
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
