import type { Subjects } from '#lib/deliveries/delivery';
import { tellOrder } from '#lib/orders/change';
import { putRemote } from '#lib/orders/store';
import { BlockedError, OUTCOME_UNKNOWN, RejectedError } from '#lib/platform/errors';
import type { Job } from './attempt.ts';
import { ingestRead } from './fetch.ts';
import { mayBeLost } from './pushed-order.ts';

/** Asks a marketplace for what the seller requested through the API. */
export const request: Job<Subjects['request'], unknown> = {
  action: ({ requests }, name) => requests?.[name],

  async prepare({ input }, { delivery, unknown, hub }) {
    if (input === null)
      throw new RejectedError({ code: 'buyer_erased', description: 'what was asked was erased with its buyer' });
    return { input, unknown: unknown || (await mayBeLost(delivery, delivery.createdAt, hub)) };
  },

  unprobed({ info }) {
    const description = `nobody knows whether it was done: look at ${info.title}, and replay it only if it was not`;
    throw new BlockedError({ code: OUTCOME_UNKNOWN, description }, 'operator');
  },

  /** The order that it was for tells of it, and what it made at the remote leads back to that order. */
  async after({ remoteId, note, read = [] }, { input }, work) {
    const { connector, connection, remote, hub } = work;
    const { id, action } = work.delivery;
    for (const each of read) await ingestRead(each, work);
    const description = [remoteId, note].filter(Boolean).join(', ');
    const about = connector.actions.requests?.[action]?.orderOf?.(input);
    const order = about === undefined ? undefined : await hub.getOrder(about);
    if (!order) return { ...(description && { description }) };
    const detail = { delivery: id, ...(remoteId !== undefined && { remoteId }), ...(note !== undefined && { note }) };
    const at = remote.now().toISOString();
    const also = [
      ...tellOrder(order.id, [{ type: `${action}.done`, detail }], { by: connection.id, at, origin: id }),
      ...(remoteId === undefined ? [] : [putRemote(connection.id, remoteId, order.id)]),
    ];
    return { also, ...(description && { description }) };
  },
};
