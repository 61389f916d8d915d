import { catalog } from '../catalog.ts';
import type { Store } from '../store.ts';
import type { StockItem } from './order.ts';

const FIRST_ITEM = 301;
const FIRST_QUANTITY = 100;

/** What lies in the warehouse. */
export type Stock = ReturnType<typeof createStock>;

export function createStock(store: Store) {
  const items = store.collection<StockItem>('items');
  const bySku = (sku: string): StockItem | undefined => items.list().find((item) => item.sku === sku);
  const update = (item: StockItem): StockItem => items.put(String(item.id), item);
  const move = (sku: string, by: number): void => {
    const item = bySku(sku);
    if (item) update({ ...item, quantity: Math.max(0, item.quantity + by) });
  };
  return {
    bySku,
    update,
    list: () => items.list(),
    byEan: (ean: string) => items.list().find((item) => item.ean === ean),
    byId: (id: number) => items.get(String(id)),
    add: (item: Partial<StockItem> & { sku: string; title: string; list_price: number }) =>
      update({
        ean: null,
        height: null,
        width: null,
        length: null,
        weigth: null,
        quantity: 0,
        ...item,
        id: store.next('item', FIRST_ITEM),
      }),
    remove: (id: number) => items.remove(String(id)),
    /** Takes pieces for an order, as many as there are. */
    take: (sku: string, quantity: number) => move(sku, -quantity),
    put: (sku: string, quantity: number) => move(sku, quantity),
  };
}

/** Fills a new warehouse with the catalog that sample orders are made of. */
export function fillStock(stock: Stock): void {
  if (stock.list().length > 0) return;
  for (const { sku, ean, title, gross } of catalog)
    stock.add({ sku, ean, title, list_price: gross / 100, quantity: FIRST_QUANTITY });
}
