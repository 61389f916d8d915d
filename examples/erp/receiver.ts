// Receives changes as an endpoint: SECRET=whsec_… node examples/erp/receiver.ts. Copy it: it needs only Node 24.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';

const HUB = process.env.LONGSHORE_URL ?? 'http://127.0.0.1:4400';
const KEY = process.env.LONGSHORE_API_KEY ?? 'local-dev-key';
const CONSUMER = process.env.CONSUMER ?? 'erp-receiver';
const SECRETS = (process.env.SECRET ?? '').split(' ').filter(Boolean);
const TOLERANCE_SECONDS = 300;

interface Change {
  id: string;
  type: string;
  order: string | null;
}
interface Order {
  number: string;
  status: string;
  releasedAt: string | null;
  acknowledgement: object | null;
}

/** Standard Webhooks 1.0.0: any signature by any of our secrets over the exact bytes, at most five minutes old. */
function isAuthentic(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  const isNear = Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS;
  if (!/^\d+$/.test(String(timestamp)) || !isNear) return false;
  const expected = SECRETS.map((secret) =>
    createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
      .update(`${id}.${timestamp}.`)
      .update(body)
      .digest(),
  );
  return String(signatures)
    .split(' ')
    .map((each) => Buffer.from(each.replace('v1,', ''), 'base64'))
    .some((given) => expected.some((each) => given.length === each.length && timingSafeEqual(given, each)));
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const content = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const answer = await fetch(HUB + path, { ...content, signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Replace this: keep ids where a restart finds them. A repeated change has the same id. */
const done = new Set<string>();

/** The same change may come by two requests at once, or by one and the feed: they are dealt with one after the other. */
let turn = Promise.resolve();
function take(change: Change): Promise<void> {
  const taken = turn.then(() => book(change));
  turn = taken.catch(() => undefined);
  return taken;
}

async function book({ id, type, order }: Change): Promise<void> {
  if (done.has(id)) return;
  if (type === 'order.released' && order) {
    // A change is only a signal: act on the order as it is now.
    const path = `/orders/${encodeURIComponent(order)}`;
    const { number, status, releasedAt, acknowledgement } = await call<Order>('GET', path);
    if (releasedAt && status !== 'cancelled' && !acknowledgement) {
      console.log(`booked ${number}`);
      await call('PUT', `${path}/acknowledgement`, { reference: `SO-${number}` });
    }
  }
  done.add(id);
}

/** The feed has everything that was missed: read it at each start. */
async function catchUp(): Promise<void> {
  await call('PUT', `/consumers/${CONSUMER}`, { from: 'earliest' });
  for (let caughtUp = false; !caughtUp; ) {
    const page = await call<{ changes: Change[]; cursor: string; caughtUp: boolean }>(
      'GET',
      `/changes?consumer=${CONSUMER}`,
    );
    for (const change of page.changes) await take(change);
    await call('POST', `/consumers/${CONSUMER}/commit`, { cursor: page.cursor });
    caughtUp = page.caughtUp;
  }
}

const server = createServer(async (request, response) => {
  try {
    // Bytes, not text: a character may be split between two chunks.
    const body = Buffer.concat(await Array.fromAsync(request));
    if (!isAuthentic(request.headers, body)) return void response.writeHead(401).end('no signature of ours');
    const { type, data } = JSON.parse(body.toString());
    if (type !== 'endpoint.test') await take(data);
    response.writeHead(204).end();
  } catch (error) {
    // Any answer but 2xx makes the hub send it again.
    response.writeHead(500).end(String(error));
  }
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', async () => {
  await catchUp();
  console.log('listening');
});
