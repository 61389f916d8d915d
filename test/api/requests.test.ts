import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const ask = (action: string, body: unknown, headers = {}, connection = 'shed') =>
  api.call('POST', `/connections/${connection}/requests/${action}`, { body, headers });
const items = [{ title: 'Mug', list_price: 99.5, sku: 'MUG' }];

test('what is asked of a marketplace becomes a delivery', async () => {
  const { status, body } = await ask('items-create', { items });
  expect(status).toBe(202);
  expect(body).toMatchObject({
    kind: 'push',
    action: 'items-create',
    connection: 'shed',
    marketplace: 'marketful',
    order: null,
    subject: { input: { items } },
    state: 'pending',
    attempts: [],
  });
  expect((await api.call('GET', `/deliveries/${body.id}`)).body).toEqual(body);
});

test('asked twice it is done twice, unless a key says that it is the same', async () => {
  const first = await ask('items-create', { items });
  expect((await ask('items-create', { items })).body.id).not.toBe(first.body.id);
  const headers = { 'Idempotency-Key': 'k-1' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask('items-create', { items }, headers)));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  const other = await ask('items-create', { items: [{ ...items[0], sku: 'CUP' }] }, headers);
  expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_key_reused' } } });
});

test.each([
  ['items-create', {}, 'items'],
  ['items-create', { items: [{ ...items[0], color: 'red' }] }, 'items.0.color'],
  ['items-create', { items, dry: true }, 'dry'],
  ['items-create', { items: [{ ...items[0], list_price: '99' }] }, 'items.0.list_price'],
  ['items-update', { item_id: 3 }, undefined],
  ['entry-order', { entry_order: { MUG: 0 } }, 'entry_order.MUG'],
])('%s with %j is 400 and names %s', async (action, body, field) => {
  const { status, body: answer } = await ask(action, body);
  expect({ status, field: answer.error.field, code: answer.error.code }).toEqual({
    status: 400,
    field,
    code: 'invalid_request',
  });
});

test.each([[[]], ['text'], [null], [7]])('a body of %j is 400', async (body) => {
  expect(await ask('items-create', body)).toMatchObject({ status: 400 });
});

test.each([
  ['', 450_000],
  [' once its attempts are on record', 405_000],
])('what the ledger cannot hold%s is 422, and nothing is asked', async (_, length) => {
  const title = 'x'.repeat(length);
  const { status, body } = await ask('items-create', { items: [{ ...items[0], title }] });
  expect({ status, code: body.error.code }).toEqual({ status: 422, code: 'too_large' });
});

test('an unknown request is 404 and names those there are; so is an unknown connection', async () => {
  for (const action of ['items-burn', 'constructor', 'order']) {
    const { status, body } = await ask(action, { items });
    expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'unknown_action' });
    expect(body.error.description).toContain('Marketful has items-create, items-update, items-delete, entry-order');
  }
  const none = await ask('items-create', { items }, {}, 'shop');
  expect(none).toMatchObject({ status: 404, body: { error: { code: 'unknown_action' } } });
  expect(none.body.error.description).toContain('Scopio takes no requests');
  expect(await ask('items-create', { items }, {}, 'nowhere')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  });
});

test('connections say what can be asked of them, and how', async () => {
  const { body } = await api.call('GET', '/connections');
  const requestsOf = (id: string) => body.connections.find((each: { id: string }) => each.id === id).requests;
  expect(requestsOf('shop')).toEqual([]);
  const created = requestsOf('shed').find(({ action }: { action: string }) => action === 'items-create');
  expect(created.summary).toMatch(/^Registers products/);
  expect(created.inputSchema).toMatchObject({
    type: 'object',
    required: ['items'],
    additionalProperties: false,
    properties: { items: { type: 'array', items: { required: ['title', 'list_price', 'sku'] } } },
  });
});
