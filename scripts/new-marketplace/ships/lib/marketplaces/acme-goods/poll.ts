import { RejectedError } from '#lib/platform/errors';
import type { PollContext, PollPage } from '../contract.ts';
import { findOrder, getOrder } from './api.ts';

/** A page for each open order, as each is a call: a poll that breaks off repeats none. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  for await (const { orderId, remoteId } of context.openPlacements(context.resume)) {
    const body = await (remoteId === null ? findOrder(context, orderId) : getOrder(context, remoteId)).catch(
      ignoreRefusal,
    );
    yield {
      items: body === undefined ? [] : [{ topic: 'order', body, placement: remoteId ?? orderId }],
      resume: orderId,
    };
  }
  yield { items: [], resume: null };
}

/** An order that the vendor will not show must not keep the poll from the others. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RejectedError)) throw error;
}
