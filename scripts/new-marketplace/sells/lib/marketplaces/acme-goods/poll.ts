import type { PollContext, PollPage } from '../contract.ts';
import { listOrders } from './api.ts';

/** A single page, as the list holds only orders that are not shipped. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const orders = await listOrders(context);
  yield { items: orders.map((body) => ({ topic: 'order', body })), resume: null };
}
