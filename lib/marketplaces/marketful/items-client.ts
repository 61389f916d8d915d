import { member, textOf } from '../kit/json.ts';
import { type Caller, call, isRefusal, namesIn, refuse, send } from './client.ts';

/** GET /items/get_stock: `{ message, sku, avariable_quantity }`. RejectedError for a SKU they do not know. */
export async function getStock(caller: Caller, sku: string): Promise<object> {
  return bodyOf(await call(caller, { method: 'GET', path: '/items/get_stock', query: { sku } }));
}

/** GET /items/get_stock_ean: `{ message, ean, available_quantity, item_id }`, the right spelling here. */
export async function getStockByEan(caller: Caller, ean: string): Promise<object> {
  return bodyOf(await call(caller, { method: 'GET', path: '/items/get_stock_ean', query: { ean } }));
}

const bodyOf = ({ body }: { body: unknown }): object => (typeof body === 'object' && body !== null ? body : {});

export type Fields = Record<string, string | number>;

/** POST /items/create_item: returns the SKUs saved; RejectedError names what was not saved, and what was. */
export async function createItems(caller: Caller, items: readonly Fields[]): Promise<string[]> {
  const response = await send(caller, { method: 'POST', path: '/items/create_item', json: { items } });
  const saved = namesIn(response.body, 'items_saved');
  // 201: some were saved. The answer to a second call would be that they exist.
  if (!isRefusal(response) && namesIn(response.body, 'items_errors').length === 0) return saved;
  throw refuse(response, saved.length > 0 ? `; saved: ${saved.join(', ')}` : '');
}

/** POST /items/update_item: only the given fields change. */
export async function updateItem(caller: Caller, json: Fields): Promise<void> {
  await call(caller, { method: 'POST', path: '/items/update_item', json });
}

/** POST /items/delete_item: RejectedError `Item not found` for one that is gone. */
export async function deleteItem(caller: Caller, itemId: number): Promise<void> {
  await call(caller, { method: 'POST', path: '/items/delete_item', json: { item_id: itemId } });
}

/** POST /entradas/nueva_entrada_api: pieces by SKU; returns the `order_token`, if they say it. */
export async function createEntryOrder(
  caller: Caller,
  entryOrder: Readonly<Record<string, number>>,
): Promise<string | undefined> {
  const path = '/entradas/nueva_entrada_api';
  const { body } = await call(caller, { method: 'POST', path, json: { entry_order: entryOrder } });
  return textOf(member(body, 'order_token')) || undefined;
}
