import { ownSku } from '#lib/catalog/product';
import { findSoldByEan, getProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import type { Order, ShipmentSnapshot } from '#lib/orders/order';
import type { IsNamed } from '#lib/orders/shipment';
import type { Table } from '#lib/platform/table/table';

/**
 * What the shipper's names for goods mean: our SKU or EAN; its own SKU by the settings, which may stand for several of
 * ours; or its SKU or id in the catalog, which is only read where the shipper tells what is inside.
 */
export async function namesAt(
  { ucp }: Order,
  { parcels, declined = 'rest' }: ShipmentSnapshot,
  connection: Connection,
  table: Table,
): Promise<IsNamed> {
  const tells = declined !== 'rest' || parcels.some(({ items }) => items);
  const goods = await Promise.all(
    (tells ? ucp.line_items : []).map(async ({ item: { id, ean } }) => {
      const bySku = () => getProduct(connection.id, id, table);
      const product = (await findSoldByEan(connection.id, id, table)) ?? (await bySku());
      const { sku = id, externalId = sku } = product ?? {};
      const own = ownSku(connection, id) ?? ownSku(connection, sku) ?? externalId;
      return [ean, sku, id].map((name) => [name, own] as const);
    }),
  );
  const owns = new Map(goods.flat());
  const ownOf = (name: string): string => ownSku(connection, name) ?? owns.get(name) ?? name;
  // Some shippers write names in other letters.
  const all = new Set(owns.values());
  const meantBy = (name: string): string => {
    const own = all.has(name) ? name : ownOf(name);
    if (all.has(own)) return own;
    const isLike = (each = '') => each.toLowerCase() === own.toLowerCase();
    return [...all].find(isLike) ?? [...owns].find(([each]) => isLike(each))?.[1] ?? own;
  };
  return (sku, name) => ownOf(sku) === meantBy(name);
}
