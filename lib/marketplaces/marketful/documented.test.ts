import { expect, test } from 'vitest';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, remoteContext } from '#test/conformance/kit';
import { stateCode } from './address.ts';
import { createItems, createOrder, getEvents, getOrder, getStock, getStockByEan } from './api.ts';
import { info } from './manifest.ts';
import { requests } from './requests.ts';
import { webhookRegistry } from './webhook-registry.ts';

const said = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });

function call<T>(answer: Answer, run: (caller: ReturnType<typeof remoteContext>) => Promise<T>) {
  const { http } = createRemote('marketful', [answer]);
  const secrets = { accessToken: 'token', userId: 'user' };
  return run(remoteContext({ http, connection: connectionOf(info), secrets }));
}

function ask(name: string, caller: ReturnType<typeof remoteContext>, input: object) {
  const request = requests[name];
  if (!request) throw new Error(`there is no ${name}`);
  return request.push(caller, input);
}

const CALLS = {
  multicanal_api: (caller) => createOrder(caller, { contact_info: {}, items: [] }),
  get_orders: (caller) => getOrder(caller, 'Shopify', '2554'),
  get_events: (caller) => getEvents(caller, '5021'),
  nueva_entrada_api: (caller) => ask('entry-order', caller, { entry_order: { Bottle234543: 1 } }),
  get_stock: (caller) => getStock(caller, 'Bottle234543'),
  get_stock_ean: (caller) => getStockByEan(caller, '07852236842'),
  create_item: (caller) => createItems(caller, []),
  update_item: (caller) => ask('items-update', caller, { item_id: 1 }),
  delete_item: (caller) => ask('items-delete', caller, { item_id: 1 }),
  consultar: (caller) => webhookRegistry.list(caller),
  crear: (caller) => webhookRegistry.create(caller, 'order-created', 'www.example.com/notificaciones'),
  eliminar: (caller) => webhookRegistry.remove(caller, '3'),
} as const satisfies Record<string, (caller: ReturnType<typeof remoteContext>) => Promise<unknown>>;
type Call = keyof typeof CALLS;

/** "Answer Received", row by row as the document prints them. */
const DONE: ReadonlyArray<readonly [Call, number, object]> = [
  ['nueva_entrada_api', 200, { message: 'Success', order_token: 'T', description: 'Order created successfully' }],
  ['get_stock', 200, { message: 'Success', sku: 'Bottle234543', avariable_quantity: 3 }],
  ['get_stock_ean', 200, { message: 'Success', ean: '07852236842', available_quantity: 3, item_id: 301 }],
  ['create_item', 200, { message: 'Success', description: 'All Items are now registered', items_saved: [] }],
  ['update_item', 200, { message: 'Success', description: 'Item Updated ', items_update: {} }],
  ['delete_item', 200, { message: 'Success', description: 'Item 1 deleted' }],
  ['get_events', 200, { message: 'Success', orden: { id: 5021 } }],
  ['consultar', 200, { message: 'Success', webhooks: [] }],
  ['crear', 200, { message: 'Success', webhook: { id: 3 } }],
  ['eliminar', 200, { message: 'Success' }],
  ['eliminar', 404, { message: 'Webhook 4 no encontrado' }],
  ['get_orders', 404, { message: 'Orden no encontrada' }],
];

test.each(DONE)('%s takes %i %j', async (name, status, body) => {
  await call(said(status, body), CALLS[name]);
});

const BLOCKED: ReadonlyArray<readonly [Call, number, object]> = [
  ['get_orders', 404, { message: 'Seller not found' }],
  ['get_orders', 404, { message: 'Invalid Token' }],
  ['nueva_entrada_api', 400, { message: 'User Not Found' }],
  ['get_events', 404, { message: 'Seller Not Found' }],
  ...(['get_stock', 'get_stock_ean', 'create_item', 'delete_item', 'update_item'] as const).map(
    (name) => [name, 403, { message: 'User Not Found' }] as const,
  ),
  ...(Object.keys(CALLS) as Call[]).map((name) => [name, 404, { message: 'Invalid Authorization' }] as const),
];

test.each(BLOCKED)('%s: %i %j waits for the connection', async (name, status, body) => {
  const refused = call(said(status, body), CALLS[name]);
  await expect(refused).rejects.toBeInstanceOf(BlockedError);
  await expect(refused).rejects.toMatchObject({ code: 'credentials_refused', waitsFor: 'connection' });
});

const REFUSED: ReadonlyArray<readonly [Call, number, object]> = [
  ['get_orders', 404, { message: 'Canal y numero de orden deben existir' }],
  [
    'nueva_entrada_api',
    401,
    { message: 'The following items were not found or their inventory is less than or equal to zero', items: ['A'] },
  ],
  ['nueva_entrada_api', 402, { message: 'entry_order is null' }],
  ['nueva_entrada_api', 403, { message: "Parameter 'entry_order' must be present" }],
  ['get_stock', 402, { message: 'Item Bottle234543 not found' }],
  ['get_stock', 403, { message: 'SKU must be present' }],
  ['get_stock_ean', 401, { message: "Item con EAN '07852236842' no encontrado" }],
  ['get_stock_ean', 402, { message: 'ean must be present and must be String' }],
  ['create_item', 201, { message: 'The following Items could not be saved', items_errors: ['A'], items_saved: [] }],
  ['create_item', 401, { message: 'Incomplete data', description: 'No item was saved', items_errors: ['A'] }],
  ['create_item', 402, { message: "Parameter 'items' must be present" }],
  ['delete_item', 401, { message: 'Item not found' }],
  ['delete_item', 402, { message: 'item_id must be present' }],
  ['update_item', 405, { message: 'Item could not be updated' }],
  ['update_item', 400, { message: 'Item not found' }],
  ['get_events', 404, { message: 'Orden no encontrad' }],
  ['get_events', 404, { message: 'order_id must be present' }],
  ['crear', 404, { message: 'Ya existe un Webhook para order/created' }],
  ['crear', 404, { message: 'Error al crear Webhook', error: 'Explanation of the error' }],
  ['crear', 404, { message: 'Webhook orders/CRATED desconocido/invalido' }],
  ['crear', 404, { message: 'Parametros incompletos (url y tipo deben estar presentes' }],
  ['eliminar', 404, { message: 'Parametro webhook_id no esta presente o esta en un formato invalido' }],
];

test.each(REFUSED)('%s: %i %j is a refusal in its own words', async (name, status, body) => {
  const refused = call(said(status, body), CALLS[name]);
  await expect(refused).rejects.toBeInstanceOf(RejectedError);
});

test('"Must be in format MX-XX: e.g. MX - AG, MX - BC"', () => {
  expect([stateCode('MX - AG'), stateCode('MX - BC')]).toEqual(['MX-AG', 'MX-BC']);
});
