import type { FetchAction, PlaceInput, ProbedAction } from '../action.ts';
import { member, textOf } from '../kit/json.ts';
import { createOrder, getEvents, getOrder } from './client.ts';
import { channelOf, placementOf } from './placement.ts';

/** Reads the order a webhook named. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  shipment: { push: async (remote, { resource }) => ({ topic: 'orden', body: await getEvents(remote, resource) }) },
};

export const order: ProbedAction<PlaceInput> = {
  async push(remote, input) {
    return resultOf(await createOrder(remote, placementOf(remote.connection, input)));
  },

  /** `num_orden` is unique within a seller's channel, so whatever is there under it is this order or none. */
  async probe(remote, input) {
    const body = await getOrder(remote, channelOf(input), input.order.number);
    const orden = member(body, 'orden') ?? null;
    if (orden === null || isAnothers(orden, input)) return null;
    return { ...resultOf(member(orden, 'id')), note: 'found at Marketful under its channel and number' };
  },
};

function isAnothers(orden: unknown, { order: ours }: PlaceInput): boolean {
  const theirs = textOf(member(orden, 'orden_id'));
  return theirs !== '' && theirs !== ours.id;
}

const resultOf = (id: unknown) => (textOf(id) === '' ? {} : { remoteId: textOf(id) });
