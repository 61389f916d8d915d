import { expect, test } from 'vitest';
import { RetryableError, ThrottledError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, pollContext, STORY_PLACEMENT } from '#test/conformance/kit';
import type { PollContext, PollPage } from '../contract.ts';
import { info } from './manifest.ts';
import { poll } from './poll.ts';

interface Asked {
  operationName: string;
  query: string;
  variables: { first: number; after?: string; filters?: Record<string, unknown> };
}

async function run(
  script: Answer[],
  more: Partial<PollContext> = {},
  remoteId: string | null = 'o1',
  pages: PollPage[] = [],
) {
  const { calls, http } = createRemote('shoppo', script);
  const remote = { http, connection: connectionOf(info), secrets: { accessToken: 'token', viewerId: 'me' } };
  const placements = remoteId === null ? [] : [{ ...STORY_PLACEMENT, remoteId }];
  for await (const page of poll({ ...pollContext(remote, placements), ...more })) pages.push(page);
  return { pages, asked: calls.map(({ body }) => body as Asked), items: pages.flatMap(({ items }) => items) };
}

const page = (list: 'orderList' | 'productList', ids: string[], length: number, endCursor?: string): Answer => {
  const edges = ids.map((id) => ({ node: { id, status: 'PAID', orderItems: [], skus: [] } }));
  const pageInfo = { hasNextPage: endCursor !== undefined, endCursor: endCursor ?? null };
  return { status: 200, body: JSON.stringify({ data: { [list]: { length, edges, pageInfo } } }) };
};

const YESTERDAY = { watermark: '2026-11-19T23:59:59.000Z' };

test('reads paid orders from the oldest open placement on, and hands on those that are ours', async () => {
  const { asked, items, pages } = await run([page('orderList', ['o1', 'o2'], 2), page('productList', ['p1'], 1)]);
  expect(asked[0]?.variables).toEqual({
    first: 100,
    filters: {
      time_payment_processed_range: [1795076103, 1795248903],
      status_in: ['PAID', 'IN_PROGRESS', 'DELIVERED', 'CLOSED'],
    },
  });
  expect(asked[1]?.variables).toEqual({ first: 100 });
  expect(items.map(({ topic, body }) => [topic, (body as { id: string }).id])).toEqual([
    ['order', 'o1'],
    ['product', 'p1'],
  ]);
  expect(items[0]?.body).toMatchObject({ partnerOrderCode: 'scopio-main:ord_8f3a' });
  expect(pages.at(-1)).toMatchObject({ resume: null, watermark: '2026-11-20T08:15:03.000Z' });
});

test('the products can wait, the orders cannot', async () => {
  const script = [page('orderList', ['o1'], 2, 'c1'), page('orderList', ['o2'], 2), page('productList', ['p1'], 1)];
  const { pages } = await run(script);
  expect(pages.map(({ canWait = false }) => canWait)).toEqual([false, true, false]);
});

test('an open order that the list does not show is asked for by its code, then by its id', async () => {
  const refused = { status: 200, body: JSON.stringify({ errors: [{ message: 'no such filter' }] }) };
  const products = page('productList', [], 0);
  const byCode = [page('orderList', ['o2'], 5), page('orderList', ['o1'], 1), products];
  const byId = [page('orderList', [], 0), page('orderList', ['o9'], 1), page('orderList', ['o1'], 1), products];
  const gone = [page('orderList', [], 0), refused, page('orderList', [], 0), products];
  for (const [script, ids] of [
    [byCode, ['o1']],
    [byId, ['o1']],
    [gone, []],
  ] as const) {
    const { items, pages, asked } = await run([...script]);
    expect(items.map(({ body }) => (body as { id: string }).id)).toEqual(ids);
    expect(pages.map(({ canWait = false }) => canWait)).toEqual([false, false, true, false]);
    expect(asked[1]?.variables.filters).toEqual({ partner_order_code: 'scopio-main:ord_8f3a' });
    expect(asked).toHaveLength(script.length);
  }
});

test.each([
  ['PAID', ['T3JkZXI6bzE=']],
  ['OPEN', []],
  ['CLOSED', []],
])('an order by its code under another form of its id is read while it stands: %s', async (status, ids) => {
  const node = { id: 'T3JkZXI6bzE=', status, orderItems: [] };
  const byCode = JSON.stringify({ data: { orderList: { length: 1, edges: [{ node }] } } });
  const none = page('orderList', [], 0);
  const { items } = await run([none, { status: 200, body: byCode }, none, page('productList', [], 0)]);
  expect(items.map(({ body }) => (body as { id: string }).id)).toEqual(ids);
});

test('an order that cannot be asked for does not hold up those behind it, in this poll or the next', async () => {
  const ids = ['o1', 'o2', 'o3'];
  const openPlacements = async function* () {
    for (const remoteId of ids) yield { ...STORY_PLACEMENT, remoteId };
  };
  const pages: PollPage[] = [];
  const down = { status: 500, body: '{}' };
  const cut = run([page('orderList', ['o1'], 1), down], { openPlacements }, null, pages);
  await expect(cut).rejects.toThrow(RetryableError);
  const rest = [page('orderList', ['o3'], 1), page('productList', ['p1'], 1)];
  const { items, asked } = await run(rest, { openPlacements, resume: pages.at(-1)?.resume ?? null }, null);
  expect(items.map(({ body }) => (body as { id: string }).id)).toEqual(['o3', 'p1']);
  expect(asked).toHaveLength(2);
  const busy = run([page('orderList', [], 0), { status: 429, body: '{}' }], { openPlacements }, null, pages);
  await expect(busy).rejects.toThrow(ThrottledError);
  expect(pages.at(-1)?.resume).not.toContain('asked');
});

test('where the list of orders cannot be read on, open ones are asked for by themselves, and products read', async () => {
  const orderList = { length: 3, edges: [], pageInfo: { hasNextPage: true } };
  const broken = { status: 200, body: JSON.stringify({ data: { orderList } }) };
  const { items, pages } = await run([broken, page('orderList', ['o1'], 1), page('productList', ['p1'], 1)]);
  expect(items.map(({ body }) => (body as { id: string }).id)).toEqual(['o1', 'p1']);
  expect(pages.at(-1)?.remark).toContain('pageInfo.endCursor: is missing');
});

test('asks for no order where none is open, and for products updated since the last poll, and a little before', async () => {
  const watermark = '2026-11-20T08:00:00.000Z';
  const { asked } = await run([page('productList', [], 0)], { watermark }, null);
  expect(asked.map(({ operationName }) => operationName)).toEqual(['productList']);
  expect(asked[0]?.variables.filters).toEqual({ timeUpdatedRange: [1795161000, 1795162503] });
});

test('asks for products updated while it read the orders: one that always sells would never be seen', async () => {
  const [watermark, began] = ['2026-11-20T08:00:00.000Z', Date.parse('2026-11-20T08:15:00.000Z')];
  let seconds = 0;
  const now = () => new Date(began + 1000 * seconds++);
  const { asked, pages } = await run([page('orderList', ['o1'], 1), page('productList', [], 0)], { watermark, now });
  // The poll itself began a second after `began`.
  expect(asked.at(-1)?.variables.filters).toEqual({ timeUpdatedRange: [1795161000, began / 1000 + 2] });
  expect(pages.at(-1)?.watermark).toBe(new Date(began + 1000).toISOString());
  // Open orders that the list lacks are asked for one by one in between, and a poll that broke off goes on much later.
  const script = ['orderList', 'orderList', 'orderList', 'productList'].map((list) => page(list as 'orderList', [], 0));
  const lacking = await run(script, { watermark, now: () => new Date(began + 60_000 * seconds++) });
  expect(lacking.asked.at(-1)?.variables.filters).toEqual({
    timeUpdatedRange: [1795161000, began / 1000 + 60 * (seconds - 1)],
  });
  const resume = lacking.pages.findLast((each) => each.canWait)?.resume ?? null;
  const { asked: again } = await run([page('productList', [], 0)], {
    watermark,
    resume,
    now: () => new Date(began + 7_200_000),
  });
  expect(again[0]?.variables.filters).toEqual({ timeUpdatedRange: [1795161000, began / 1000 + 7200] });
});

test('a placement that came to no end for 90 days is asked for no more, and told of', async () => {
  const old = { ...STORY_PLACEMENT, remoteId: 'o1', placedAt: '2026-08-01T00:00:00.000Z' };
  const openPlacements = async function* () {
    yield old;
  };
  const { items, asked } = await run([page('productList', [], 0)], { openPlacements }, null);
  expect(items).toEqual([
    { topic: 'stale', body: { orderId: old.orderId, number: 'SC-1001', placedAt: old.placedAt } },
  ]);
  expect(asked.map(({ operationName }) => operationName)).toEqual(['productList']);
});

test('reads all products with the first poll of a day, as not every change counts as an update', async () => {
  const { asked } = await run([page('orderList', [], 0), page('productList', [], 0)], YESTERDAY, null);
  expect(asked[1]?.variables.filters).toBeUndefined();
});

test('looks with the first poll of a day for what was paid back of orders that do not move any more', async () => {
  const orders = ['o1', 'o2', 'o3'].map((id) => ({
    node: { ...{ id, status: 'CLOSED', orderItems: [], refundStatus: id === 'o1' ? 'NONE' : 'FULL_REFUNDED' } },
  }));
  const pageInfo = { hasNextPage: false, endCursor: null };
  const body = JSON.stringify({ data: { orderList: { length: 3, edges: orders, pageInfo } } });
  const { asked, items } = await run([{ status: 200, body }, page('productList', [], 0)], YESTERDAY, 'o3');
  expect(asked[0]?.variables.filters?.time_payment_processed_range).toEqual([1792570503, 1795248903]);
  expect(items.map(({ topic, body: order }) => [topic, (order as { id: string }).id])).toEqual([
    ['refunded', 'o2'],
    ['order', 'o3'],
  ]);
});

test('pages by cursor, and goes on behind the last page after a poll that broke off', async () => {
  const first = [page('productList', ['p1'], 3, 'c1'), page('productList', ['p2'], 3, 'c2')];
  const { pages, asked } = await run([...first, page('productList', ['p3'], 3)], {}, null);
  expect(asked.map(({ variables }) => variables.after)).toEqual([undefined, 'c1', 'c2']);
  const resumed = await run([page('productList', ['p3'], 3)], { resume: pages[1]?.resume ?? null }, null);
  expect(resumed.asked.map(({ variables }) => variables.after)).toEqual(['c2']);
  expect(resumed.pages.at(-1)?.watermark).toBe(pages.at(-1)?.watermark);
});

test.each([
  [null, 'pageInfo.endCursor: is missing'],
  ['c1', 'pageInfo.endCursor: leads to the same page again'],
])(
  'a page that says there is more, behind cursor %j, is handed on and ends the poll there',
  async (endCursor, problem) => {
    const lost = JSON.stringify({
      data: {
        productList: {
          length: 3,
          edges: [{ node: { id: 'p2', skus: [] } }],
          pageInfo: { hasNextPage: true, endCursor },
        },
      },
    });
    const pages: PollPage[] = [];
    const polled = run([page('productList', ['p1'], 3, 'c1'), { status: 200, body: lost }], {}, null, pages);
    await expect(polled).rejects.toMatchObject({ detail: { field: 'pageInfo.endCursor' } });
    await expect(polled).rejects.toThrow(problem);
    expect(pages.flatMap(({ items }) => items).map(({ body }) => (body as { id: string }).id)).toEqual(['p1', 'p2']);
    expect(pages.map(({ watermark }) => watermark)).toEqual([undefined, undefined]);
    // The next poll reads the page without a working cursor again, and goes on from its cursor if it has one by then.
    const resume = pages.at(-1)?.resume ?? null;
    const healed = await run([page('productList', ['p2'], 3, 'c2'), page('productList', ['p3'], 3)], { resume }, null);
    expect(healed.asked.map(({ variables }) => variables.after)).toEqual(['c1', 'c2']);
    expect(healed.pages.at(-1)).toMatchObject({ resume: null, watermark: '2026-11-20T08:15:03.000Z' });
  },
);

test('hands on by itself each Sku that cannot be read, so that it is named', async () => {
  const odd = { id: 'S2', inventory: 'many' };
  const node = { id: 'p1', name: 'Mug', skus: [{ id: 'S1', inventory: 2 }, odd, null] };
  // Without any other it is the product that cannot be read.
  const alone = { id: 'p2', skus: [odd] };
  const edges = [{ node }, { node: alone }];
  const list = { status: 200, body: JSON.stringify({ data: { productList: { length: 2, edges } } }) };
  const { items } = await run([list], {}, null);
  const product = { id: 'p1', name: 'Mug' };
  expect(items).toEqual([
    { topic: 'product', body: node },
    { topic: 'sku', body: { ...odd, product } },
    { topic: 'product', body: alone },
  ]);
});

test('reads what the catalog has units of and a list of all products lacks: none of it are left where it is gone', async () => {
  const units: Record<string, number> = { kept: 3, gone: 2, broken: 5, refused: 4, hidden: 1, renewed: 6, none: 0 };
  const catalog: Partial<PollContext> = {
    skus: async function* () {
      yield* [...Object.keys(units), 'only-noted'];
    },
    findProduct: async (sku) =>
      sku in units ? ({ sku, externalId: `id-${sku}`, quantity: units[sku] } as never) : undefined,
  };
  const products = page('productList', ['p1'], 1);
  const edges = [
    {
      node: {
        id: 'p1',
        skus: [
          { id: 'id-kept', inventory: 3 },
          { id: 'id-2', identifier: 'renewed' },
          { id: 'id-3', identifier: 'gone', enabled: false },
        ],
      },
    },
    { node: { id: 'p2', enabled: false, skus: [{ id: 'id-4', identifier: 'refused' }] } },
  ];
  const list = { ...products, body: JSON.stringify({ data: { productList: { length: 2, edges } } }) };
  const node = (told: unknown) => ({ status: 200, body: JSON.stringify({ data: { node: told } }) });
  const refused = { status: 200, body: JSON.stringify({ errors: [{ message: 'no such node' }] }) };
  const broken = { status: 200, body: JSON.stringify({ errors: [{ message: 'Internal server error' }] }) };
  const hidden = { id: 'id-hidden', identifier: 'hidden', inventory: 1, enabled: false };
  const { items, pages } = await run([list, node(null), broken, refused, node(hidden)], catalog, null);
  // What the list told goes first, and is kept where what follows fails.
  expect(items).toEqual([
    ...edges.map(({ node: body }) => ({ topic: 'product', body })),
    { topic: 'sku', body: { id: 'id-gone', identifier: 'gone', inventory: 0 } },
    { topic: 'sku', body: { id: 'id-refused', identifier: 'refused', inventory: 0 } },
    { topic: 'sku', body: hidden },
  ]);
  expect(pages.at(-1)).toMatchObject({ resume: null, watermark: '2026-11-20T08:15:03.000Z' });
  // A poll that broke off after the list does not begin it anew.
  const { resume = null } = pages[0] ?? {};
  const { asked, pages: after } = await run([list], { ...catalog, resume }, null);
  expect(asked.map(({ variables }) => variables.filters)).toEqual([{ timeUpdatedRange: [1795161903, 1795162503] }]);
  expect(after.at(-1)).toMatchObject({ resume: null, watermark: '2026-11-20T08:15:03.000Z' });
  // A list of what changed shows little.
  expect((await run([list], { ...catalog, watermark: '2026-11-20T08:00:00.000Z' }, null)).asked).toHaveLength(1);
});

test('a name that a Sku no longer has counts as none of it, unless the settings have its id or names are not shown', async () => {
  const poll = async (identifier: string | undefined, skus: Record<string, string>, known: string) => {
    const catalog: Partial<PollContext> = {
      connection: { ...connectionOf(info), settings: { skus } },
      skus: async function* () {
        yield known;
      },
      findProduct: async () => ({ sku: known, externalId: 'id-1', quantity: 3 }) as never,
    };
    const sku = { id: 'id-1', identifier, inventory: 7 };
    const edges = [{ node: { id: 'p1', skus: [sku] } }];
    const list = { status: 200, body: JSON.stringify({ data: { productList: { length: 1, edges } } }) };
    const alone = { status: 200, body: JSON.stringify({ data: { node: sku } }) };
    return (await run([list, alone], catalog, null)).items.slice(1);
  };
  const none = [{ topic: 'sku', body: { id: 'id-1', identifier: 'OLD', inventory: 0 } }];
  expect(await poll('NEW', {}, 'OLD')).toEqual(none);
  expect(await poll('NEW', {}, 'NEW')).toEqual([]);
  expect(await poll(undefined, {}, 'OLD')).toEqual([]);
  expect(await poll('NEW', { OLD: 'id-1' }, 'OLD')).toEqual([]);
  // What is set beside it would count as none, too.
  expect(await poll('NEW', { OURS: 'id-1' }, 'OLD')).toEqual([]);
});

test('begins anew when the list grew shorter, as a page would miss what moved up', async () => {
  const { items, asked } = await run(
    [
      page('productList', ['p1'], 3, 'c1'),
      page('productList', ['p3'], 2),
      page('productList', ['p2'], 2, 'c1'),
      page('productList', ['p3'], 2),
    ],
    {},
    null,
  );
  expect(asked.map(({ variables }) => variables.after)).toEqual([undefined, 'c1', undefined, 'c1']);
  expect(items.map(({ body }) => (body as { id: string }).id)).toEqual(['p1', 'p2', 'p3']);
});

test('a list that shows a page twice ends the poll, and the next one begins it anew', async () => {
  const pages: PollPage[] = [];
  const again = run([page('productList', ['p1'], 3, 'c1'), page('productList', ['p1'], 3, 'c2')], {}, null, pages);
  await expect(again).rejects.toMatchObject({ detail: { field: 'pageInfo.endCursor' } });
  const resume = pages.at(-1)?.resume ?? null;
  const healed = await run([page('productList', ['p1'], 2, 'c1'), page('productList', ['p2'], 2)], { resume }, null);
  expect(healed.asked.map(({ variables }) => variables.after)).toEqual([undefined, 'c1']);
  const empty = run([page('productList', [], 3, 'c1'), page('productList', [], 3, 'c2')], {}, null);
  await expect(empty).rejects.toMatchObject({ detail: { field: 'pageInfo.endCursor' } });
});

test.each([null, 'c9'])(
  'an empty page behind others ends a list that always says there is more, behind %j',
  async (endCursor) => {
    const pageInfo = { hasNextPage: true, endCursor };
    const end = { status: 200, body: JSON.stringify({ data: { productList: { length: 1, edges: [], pageInfo } } }) };
    const { pages } = await run([page('productList', ['p1'], 1, 'c1'), end], {}, null);
    expect(pages.at(-1)).toMatchObject({ resume: null, watermark: '2026-11-20T08:15:03.000Z' });
  },
);

test.each([
  'Cannot query field "identifier" on type "Sku".',
  "Field 'identifier' doesn't exist on type 'Sku'",
  "Validation error: Field 'identifier' in type 'Sku' is undefined",
])('does without the identifier of Skus where the API has none: %s', async (message) => {
  const refused = { status: 400, body: JSON.stringify({ errors: [{ message }] }) };
  const { asked, items } = await run([refused, page('productList', ['p1'], 1)], {}, null);
  expect(asked.map(({ query }) => query.includes('identifier'))).toEqual([true, false]);
  expect(items).toHaveLength(1);
});
