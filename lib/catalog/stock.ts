import type { Connection } from '#lib/connections/connection';
import type { NewDelivery } from '#lib/deliveries/delivery';
import { shortHash } from '#lib/platform/hash';
import { db } from '#lib/platform/table/table';
import type { Product } from './product.ts';
import { getProducts } from './store.ts';

/** Who sells, and who can be told how many units are for sale; all others stock what they ship. */
export interface Market {
  connections: ReadonlyMap<string, Connection>;
  roleOf(marketplace: string): { info: { sells: boolean }; takesStock?: true };
}

/** The sales channels that list a SKU whose stock changed at a warehouse are told, one delivery each. */
export async function planStock(product: Product, { connections, roleOf }: Market, table = db): Promise<NewDelivery[]> {
  const warehouse = connections.get(product.connection);
  if (!warehouse || roleOf(warehouse.marketplace).info.sells) return [];
  const channels = [...connections.values()]
    .filter(({ id, marketplace }) => id !== warehouse.id && roleOf(marketplace).takesStock)
    .map(({ id }) => id);
  const listings = await getProducts(channels, product.sku, table);
  return listings.map(({ connection }) => ({
    id: `dlv_${shortHash('stock', product.id, product.updatedAt, String(product.quantity), connection)}`,
    kind: 'push',
    action: 'stock',
    connection,
    marketplace: connections.get(connection)?.marketplace ?? '',
    order: null,
    subject: { sku: product.sku },
  }));
}

/** The connections that stock what they ship. */
export const listWarehouses = ({ connections, roleOf }: Market): string[] =>
  [...connections.values()].filter(({ marketplace }) => !roleOf(marketplace).info.sells).map(({ id }) => id);

/** Units for sale of a SKU over all warehouses that said a number; null when none has. */
export async function countStock(sku: string, market: Market, table = db): Promise<number | null> {
  return sumQuantities(await getProducts(listWarehouses(market), sku, table));
}

export function sumQuantities(products: readonly Product[]): number | null {
  const known = products.flatMap(({ quantity }) => quantity ?? []);
  return known.length > 0 ? known.reduce((sum, quantity) => sum + quantity, 0) : null;
}
