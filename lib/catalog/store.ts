import * as items from '#lib/platform/table/items';
import { across, keysIn, walkIndex } from '#lib/platform/table/sharded-index';
import {
  db,
  getItem,
  getItems,
  type Item,
  isWritten,
  NEW,
  put,
  putRevised,
  transact,
  type Write,
} from '#lib/platform/table/table';
import { NOTED_AT, type Product } from './product.ts';

const { key, byTime } = items.product;

export const getProduct = (connection: string, sku: string, table = db): Promise<Product | undefined> =>
  getItem<Product>(key({ connection, sku }), table);

/** One SKU at those of these connections that have it. */
export const getProducts = (connections: readonly string[], sku: string, table = db): Promise<Product[]> =>
  getItems<Product>(
    connections.map((connection) => key({ connection, sku })),
    table,
  );

const itemOf = (product: Product): Item<Product> => ({ ...product, ...key(product), ...keysIn(byTime, product) });

export async function findByEan(connection: string, ean: string, table = db): Promise<Product | undefined> {
  const found = await getItem<{ sku: string }>(items.productEan.key({ connection, ean }), table);
  return found && getProduct(connection, found.sku, table);
}

const EAN = /^\d{8,14}$/;

/** The product that is meant by a SKU of an order which is its EAN: that is how it is placed. */
export const findSoldByEan = async (connection: string, sku: string, table = db): Promise<Product | undefined> =>
  EAN.test(sku) ? findByEan(connection, sku, table) : undefined;

/** The write that lets a product be found by its EAN: a connection has one SKU for each. */
export const putEan = ({ connection, sku, ean }: Product): Write[] =>
  ean === undefined || ean === sku ? [] : [put({ sku, ...items.productEan.key({ connection, ean }) })];

/** Fails if somebody else has written the product since it was read. */
export const putProduct = (product: Product, previous: Product | undefined): Write =>
  putRevised(itemOf({ ...product, revision: (previous?.revision ?? 0) + 1 }), previous);

/** What this instance has noted already: most orders sell what others sold before. */
const noted = new Set<string>();
const MAX_NOTED = 10_000;

/** Notes that a connection deals in a SKU, until the connection tells more about it itself. */
export async function noteProduct(
  connection: string,
  told: Pick<Product, 'sku' | 'title' | 'ean'>,
  table = db,
): Promise<void> {
  const id = `${connection}:${told.sku}`;
  if (table === db && noted.has(id)) return;
  const product: Product = { ...told, id, connection, updatedAt: NOTED_AT, revision: 1 };
  const isFirst = await isWritten(table.put(put(itemOf(product), NEW).Put));
  const named = isFirst ? putEan(product) : [];
  if (named.length > 0) await transact(named, table);
  if (noted.size < MAX_NOTED) noted.add(id);
}

const PAGE = 100;

/** The SKUs a connection deals in, in order, after the one given. */
export async function* listSkus(connection: string, afterSku: string | null, table = db): AsyncGenerator<string> {
  const after = afterSku === null ? undefined : byTime.sort({ sku: afterSku, id: `${connection}:${afterSku}` });
  for await (const rows of walkIndex({ ...across(byTime, [connection]), limit: PAGE, after }, table))
    for (const { pk } of rows) yield pk.slice(key({ connection, sku: '' }).pk.length);
}
