import type { PollContext, PollPage } from '../contract.ts';
import { listOrders } from './api.ts';

/** One page: no paging is documented, and the list only has orders that nobody has fulfilled. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const { orders, hasMore } = await listOrders(context);
  yield { items: orders.map((body) => ({ topic: 'order', body })), resume: null, ...(hasMore && { remark: MORE }) };
}

const MORE = 'Scopio says that there are more orders than its list shows, and no document says how to ask for them';
