import { expect, test } from 'vitest';
import { BlockedError, RejectedError, UnknownOutcomeError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, remoteContext } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { requests } from './requests.ts';

function open(script: Answer[]) {
  const { calls, http } = createRemote('marketful', script);
  const remote = { http, connection: connectionOf(info), secrets: { accessToken: 'token', userId: 'user' } };
  return { calls, context: remoteContext(remote) };
}

const said = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) });
const ask = (name: string, context: ReturnType<typeof open>['context'], input: unknown) =>
  requests[name]?.push(context, input);
const item = (sku: string) => ({ title: sku, list_price: 10, sku });

test('registers products under the keys of the document, whichever way a weight was spelled', async () => {
  const saved = { message: 'Success', items_saved: [{ id: 302, sku: 'A' }, 'B'] };
  const { calls, context } = open([said(200, saved), said(200, { sku: 'A', avariable_quantity: 3 }), said(402, {})]);
  const items = [
    { ...item('A'), weight: 0.4, height: 2 },
    { ...item('B'), weigth: 1 },
  ];
  expect(await ask('items-create', context, { items })).toEqual({
    note: 'saved: A, B',
    read: [
      { topic: 'item', body: { sku: 'A', title: 'A', item_id: 302, avariable_quantity: 3 } },
      { topic: 'item', body: { sku: 'B', title: 'B' } },
    ],
  });
  expect(calls[0]?.body).toEqual({
    items: [
      { ...item('A'), weigth: 0.4, height: 2 },
      { ...item('B'), weigth: 1 },
    ],
  });
});

test.each([
  [
    201,
    {
      message: 'The following Items could not be saved',
      items_errors: [{ sku: 'B' }],
      items_saved: [{ id: 1, sku: 'A' }],
    },
    'The following Items could not be saved: B; saved: A',
  ],
  [201, { message: 'Success', items_errors: ['B'], items_saved: [] }, 'Success: B'],
  [
    401,
    { message: 'Incomplete data', description: 'No item was saved because …', items_errors: [{ title: 'no sku' }, {}] },
    'No item was saved because …: no sku, one without a SKU',
  ],
  [402, { message: "Parameter 'items' must be present" }, "Parameter 'items' must be present"],
  [200, { message: 'Incomplete data' }, 'Incomplete data'],
])('a %i that saved less than was asked is refused, and names which', async (status, body, words) => {
  const error = await ask('items-create', open([said(status, body)]).context, { items: [item('A')] })?.catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RejectedError);
  expect((error as RejectedError).detail.description).toBe(words);
});

test('after an unknown outcome, products that are there in part are left to a person', async () => {
  const { context, calls } = open([
    { status: 200, body: 'stock.json' },
    { status: 402, body: 'stock-not-found.json' },
  ]);
  const probe = requests['items-create']?.probe?.(context, { items: [item('A'), item('B')] });
  const error = await probe?.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BlockedError);
  expect(String(error)).toContain('Marketful has A and not B');
  expect(calls.map(({ method }) => method)).toEqual(['GET', 'GET']);
});

test('an entry order tells its token, and refused ones name the items', async () => {
  const done = open([{ status: 200, body: 'entry-order.json' }]);
  expect(await ask('entry-order', done.context, { entry_order: { A: 40 } })).toEqual({ remoteId: '8f3a51c0' });
  expect(done.calls[0]?.body).toEqual({ entry_order: { A: 40 } });
  const message = 'The following items were not found or their inventory is less than or equal to zero';
  const refused = ask('entry-order', open([said(401, { message, items: ['A'] })]).context, { entry_order: { A: 1 } });
  await expect(refused).rejects.toThrow(`${message}: A`);
});

test('an entry order does not pretend that it could be read back', () => {
  expect(requests['entry-order']?.probe).toBeUndefined();
});

test.each([
  ['items-create', { items: [] }],
  ['items-create', { items: [item('A'), item('A')] }],
  ['items-create', { items: [{ sku: 'A', title: 'A' }] }],
  ['items-update', { item_id: 1 }],
  ['items-update', { item_id: '1', title: 'A' }],
  ['items-delete', { item_id: 0 }],
  ['entry-order', { entry_order: {} }],
  ['entry-order', { entry_order: { A: 0 } }],
  ['entry-order', { entry_order: { A: 1.5 } }],
])('%s refuses %j', (name, input) => {
  expect(requests[name]?.Input.safeParse(input).success).toBe(false);
});

test.each([
  [200, '<html>Mantenimiento</html>'],
  [200, '{"error":"boom"}'],
  [201, ''],
])('an answer of %i %s does not say that items were saved', async (status, body) => {
  const { context } = open([{ status, body }]);
  await expect(ask('items-create', context, { items: [item('A')] })).rejects.toBeInstanceOf(UnknownOutcomeError);
});

test.each([200, 404])(
  'a page in place of an answer, under %i, does not tell whether goods were announced',
  async (status) => {
    const { context } = open([{ status, body: '<html>Mantenimiento</html>' }]);
    const announced = ask('entry-order', context, { entry_order: { A: 1 } });
    await expect(announced).rejects.toBeInstanceOf(UnknownOutcomeError);
  },
);
