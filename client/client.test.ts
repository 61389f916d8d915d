import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createClient, HubError } from './index.ts';

const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' }, ...init });

/** A hub that gives these answers, one after the other. */
function fake(...answers: Array<Response | Error>) {
  const asked: Request[] = [];
  const waited: number[] = [];
  const hub = createClient({
    url: 'https://hub.test/',
    key: 'k',
    sleep: async (ms) => void waited.push(ms),
    fetch: async (request) => {
      asked.push(request as Request);
      const answer = answers.shift() ?? json({});
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { hub, asked, waited };
}

test('lists are read page by page, with the key and the filter', async () => {
  const { hub, asked } = fake(json({ orders: [{ id: 'a' }], cursor: 'c1' }), json({ orders: [{ id: 'b' }] }));
  const found: string[] = [];
  for await (const order of hub.list('/orders', { status: 'open' })) found.push(order.id);
  expect(found).toEqual(['a', 'b']);
  expect(asked.map(({ url }) => url)).toEqual([
    'https://hub.test/orders?status=open',
    'https://hub.test/orders?status=open&cursor=c1',
  ]);
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer k');
});

test('a refusal is one class, whoever gave it', async () => {
  const refused = { error: { code: 'not_found', description: 'there is no such order', field: 'id' } };
  const { hub } = fake(json(refused, { status: 404 }), new Response('<html>', { status: 403 }));
  const get = () => hub.GET('/orders/{id}', { params: { path: { id: 'shop:1' } } });
  await expect(get()).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
    field: 'id',
    message: 'there is no such order',
  });
  await expect(get()).rejects.toMatchObject({ status: 403, code: 'http_403' });
});

test('what is away is asked again, as late as it says', async () => {
  const { hub, waited } = fake(
    new TypeError('fetch failed'),
    json({}, { status: 503, headers: { 'retry-after': '7' } }),
    json({ orders: [] }),
  );
  expect((await hub.GET('/orders')).data).toEqual({ orders: [] });
  expect(waited).toEqual([500, 7_000]);
  const gone = fake(...Array.from({ length: 4 }, () => new TypeError('fetch failed')));
  await expect(gone.hub.GET('/orders')).rejects.toEqual(expect.any(HubError));
});

test('a caller who gives up while a try is waited for is told at once', async () => {
  const abort = new AbortController();
  const hub = createClient({
    url: 'https://hub.test/',
    sleep: () => new Promise(() => abort.abort(new Error('enough'))),
    // One that takes no notice of it.
    fetch: async () => json({}, { status: 503, headers: { 'retry-after': '30' } }),
  });
  await expect(hub.GET('/orders', { signal: abort.signal })).rejects.toThrow('enough');
});

test('an answer that breaks off in the middle is asked for again, and what is no answer of a hub is refused as all else', async () => {
  const cut = new ReadableStream({
    start(body) {
      body.enqueue(new TextEncoder().encode('{"orders":['));
      body.error(new TypeError('terminated'));
    },
  });
  const { hub, asked } = fake(new Response(cut), json({ orders: [] }), new Response('<html>'));
  expect((await hub.GET('/orders')).data).toEqual({ orders: [] });
  expect(asked).toHaveLength(2);
  await expect(hub.GET('/orders')).rejects.toMatchObject({ name: 'HubError', status: 200, code: 'not_json' });
});

test('a parcel is posted again under the same key; what knows no key is posted once', async () => {
  const parcel = { params: { path: { id: 'shop:1' } }, body: { carrier: 'dhl', trackingNumber: 'JD1' } };
  const { hub, asked } = fake(json({}, { status: 502 }), json({ fulfillment: {} }, { status: 201 }));
  await hub.POST('/orders/{id}/fulfillments', parcel as never);
  const [first, second] = asked.map(({ headers }) => headers.get('idempotency-key'));
  expect(first).toMatch(/^[\w-]{36}$/);
  expect(second).toBe(first);
  const other = fake(json({}, { status: 502 }));
  await expect(other.hub.POST('/deliveries/{id}/replay', { params: { path: { id: 'dlv_1' } } })).rejects.toMatchObject({
    status: 502,
  });
  expect(other.asked).toHaveLength(1);
});

test('a key is made for exactly the requests that take one', async () => {
  const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
    paths: Record<string, { post?: { parameters?: Array<{ name: string }> } }>;
  };
  for (const [path, { post }] of Object.entries(paths)) {
    const { hub, asked } = fake();
    if (!post || path.startsWith('/webhooks/')) continue;
    await hub.POST(path as never, {} as never);
    const takesKey = post.parameters?.some(({ name }) => name.toLowerCase() === 'idempotency-key') ?? false;
    expect([path, asked[0]?.headers.has('idempotency-key')]).toEqual([path, takesKey]);
  }
});

test('the feed is read until it has caught up, and committed page by page', async () => {
  const { hub, asked } = fake(
    json({ changes: [{ id: 'chg_1' }], cursor: 'c1', caughtUp: false }),
    json({}),
    json({ changes: [{ id: 'chg_2' }], cursor: 'c2', caughtUp: true }),
    json({}),
  );
  const found: string[] = [];
  for await (const { id } of hub.changes('erp', { types: 'order.*' })) found.push(id);
  expect(found).toEqual(['chg_1', 'chg_2']);
  expect(asked.map(({ method, url }) => `${method} ${url.replace('https://hub.test', '')}`)).toEqual([
    'GET /changes?types=order.*&consumer=erp',
    'POST /consumers/erp/commit',
    'GET /changes?types=order.*&consumer=erp',
    'POST /consumers/erp/commit',
  ]);
});

test('a commit or a search that meets a hub that is away is sent again', async () => {
  const { hub, asked } = fake(json({ changes: [], cursor: 'c1', caughtUp: true }), new TypeError('fetch failed'));
  for await (const { id } of hub.changes('erp')) expect(id).toBeUndefined();
  expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
  const other = fake(json({}, { status: 503 }), json({ results: [] }));
  expect((await other.hub.POST('/search', { body: { q: 'SC-1001' } })).data).toEqual({ results: [] });
});

test('pages are asked for one at a time, and no more than are read', async () => {
  const page = (id: string, cursor?: string) => json({ deliveries: [{ id }], ...(cursor && { cursor }) });
  const { hub, asked } = fake(page('a', 'c1'), json({ deliveries: [], cursor: 'c2' }), page('b', 'c3'), page('c'));
  const found: string[] = [];
  for await (const { id } of hub.list('/deliveries', { state: 'dead', limit: 1 })) if (found.push(id) === 2) break;
  expect(found).toEqual(['a', 'b']);
  expect(asked.map(({ url }) => new URL(url).searchParams.get('cursor'))).toEqual([null, 'c1', 'c2']);
});

test('whoever breaks off in a page of the feed gets all of it again, and a refused commit is not passed over', async () => {
  const page = () => json({ changes: [{ id: 'chg_1' }, { id: 'chg_2' }], cursor: 'c1', caughtUp: true });
  const { hub, asked } = fake(page(), page(), json({ error: { code: 'x', description: 'no' } }, { status: 409 }));
  for await (const { id } of hub.changes('erp')) if (id === 'chg_1') break;
  expect(asked.map(({ method }) => method)).toEqual(['GET']);
  const found: string[] = [];
  const follow = async () => {
    for await (const { id } of hub.changes('erp')) found.push(id);
  };
  await expect(follow()).rejects.toMatchObject({ status: 409 });
  expect(found).toEqual(['chg_1', 'chg_2']);
});

test('what is sent once more is the same request: its body, and the key that the caller chose', async () => {
  const params = { path: { id: 'shop:1' }, header: { 'idempotency-key': 'mine' } };
  const body = { lineItems: [{ id: 'li_1', quantity: 1 }], reason: 'broken' };
  const { hub, asked } = fake(
    new TypeError('reset'),
    json({}, { status: 429, headers: { 'retry-after': '1' } }),
    json({}),
  );
  await hub.POST('/orders/{id}/returns', { params, body } as never);
  expect(asked.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['mine', 'mine', 'mine']);
  expect(await Promise.all(asked.map((each) => each.json()))).toEqual([body, body, body]);
});

test('a caller who gives up is not kept waiting, and waits no longer than half a minute anyway', async () => {
  const abort = new AbortController();
  const { hub, asked } = fake(Object.assign(new Error('gave up'), { name: 'AbortError' }));
  abort.abort();
  await expect(hub.GET('/orders', { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(asked).toHaveLength(1);
  const patient = fake(json({}, { status: 503, headers: { 'retry-after': '3600' } }), json({ orders: [] }));
  await patient.hub.GET('/orders');
  expect(patient.waited).toEqual([30_000]);
});

test('a feed whose consumer was put elsewhere meanwhile is read on from there', async () => {
  const moved = json({ error: { code: 'consumer_moved', description: 'read on' } }, { status: 409 });
  const { hub } = fake(
    json({ changes: [{ id: 'chg_9' }], cursor: 'c9', caughtUp: true }),
    moved,
    json({ changes: [{ id: 'chg_1' }], cursor: 'c1', caughtUp: true }),
    json({}),
  );
  const found: string[] = [];
  for await (const { id } of hub.changes('erp')) found.push(id);
  expect(found).toEqual(['chg_9', 'chg_1']);
});
