// Books orders from the change feed: node examples/erp/feed.ts [--once]. Copy it: it needs only Node 24.
const HUB = process.env.LONGSHORE_URL ?? 'http://127.0.0.1:4400';
const KEY = process.env.LONGSHORE_API_KEY ?? 'local-dev-key';
const CONSUMER = process.env.CONSUMER ?? 'erp';
const EVERY_MS = 2_000;

interface Order {
  id: string;
  number: string;
  status: string;
  releasedAt: string | null;
  acknowledgement: { reference: string } | null;
}
interface Page {
  changes: Array<{ order: string; snapshot: Order | null }>;
  cursor: string;
  caughtUp: boolean;
}

/** Retries while the hub is away, such as during a deployment: repeating any of these requests does no harm. */
async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  for (;;) {
    const answer = await fetch(HUB + path, { method, headers, ...(body && { body: JSON.stringify(body) }) }).catch(
      () => null,
    );
    const text = await answer?.text().catch(() => null);
    if (answer?.ok && typeof text === 'string') return JSON.parse(text) as T;
    if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429)
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    console.error(`${method} ${path}: ${answer?.status ?? 'no answer'}, once more`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Replace this: book the order under your system's number. The same order may come again, as after a crash. */
async function book(order: Order): Promise<string> {
  console.log(`booked ${order.number}`);
  return `SO-${order.number}`;
}

/** A change only names an order: act on the order as it is now. */
async function take(order: Order): Promise<void> {
  if (order.releasedAt && order.status !== 'cancelled' && !order.acknowledgement) {
    const reference = await book(order);
    await call('PUT', `/orders/${encodeURIComponent(order.id)}/acknowledgement`, { reference });
  }
  if (order.status === 'cancelled') console.log(`cancelled ${order.number}`);
}

await call('PUT', `/consumers/${CONSUMER}`, { from: 'earliest' });
for (;;) {
  const query = `consumer=${CONSUMER}&types=order.*&include=order&limit=100`;
  const { changes, cursor, caughtUp } = await call<Page>('GET', `/changes?${query}`);
  // Several changes of one order on a page are handled once.
  for (const order of new Map(changes.map((each) => [each.order, each.snapshot])).values())
    if (order) await take(order);
  // Only now, so that whatever a crash kept from being booked is read again. 409 consumer_moved: somebody moved the
  // consumer.
  const isMoved = await call('POST', `/consumers/${CONSUMER}/commit`, { cursor }).then(
    () => false,
    (error) => /consumer_moved/.test(error.message) || Promise.reject(error),
  );
  if (isMoved) continue;
  if (caughtUp && process.argv.includes('--once')) break;
  if (caughtUp) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
