import * as items from '#lib/platform/table/items';
import { decodeCursor, encodeCursor, type PageAsked, queryIndex } from '#lib/platform/table/sharded-index';
import { getItems } from '#lib/platform/table/table';
import { isSold, type Product } from './product.ts';
import type { Stock, StockExplanation } from './product-schema.ts';
import { bufferOf, type Counted, countEach, type StockNetwork, sumUnits, toldTo } from './stock.ts';
import { getProducts } from './store.ts';

const { byTime } = items.product;

type Page = PageAsked & { connections: readonly string[] };

/** Products by SKU, in alphabetical order. */
export async function listProducts({ sku, ...page }: Page & { sku?: string | undefined }) {
  if (sku !== undefined) return { items: await getProducts(page.connections, sku) };
  const rows = await readRows(page, page.limit + 1);
  const wanted = rows.slice(0, page.limit);
  const found = await getItems<Product>(wanted.map(({ pk, sk }) => ({ pk, sk })));
  return { items: found, ...(rows.length > page.limit && { cursor: encodeCursor(wanted.at(-1)?.sort ?? '') }) };
}

/** Stock by SKU, in alphabetical order. */
export async function listStock(
  network: StockNetwork,
  { sku, limit, cursor }: PageAsked & { sku?: string | undefined },
): Promise<{ items: Stock[]; cursor?: string }> {
  const connections = [...network.connections.keys()];
  if (sku !== undefined) {
    const found = await readStock(sku, network);
    return { items: found ? [presentStock(sku, found)] : [] };
  }
  // Each connection has a SKU once, so the first SKUs of all are among this many rows of each.
  const rows = await readRows({ connections, limit, cursor }, limit + 1);
  const skus = [...new Set(rows.map(skuOf))];
  const wanted = skus.slice(0, limit);
  const stock = await Promise.all(
    wanted.map(async (each) => presentStock(each, (await readStock(each, network)) ?? NOTHING)),
  );
  const last = wanted.at(-1);
  return {
    items: stock,
    ...(skus.length > limit &&
      last !== undefined && { cursor: encodeCursor(byTime.sort({ sku: last, id: '\u{10ffff}' })) }),
  };
}

/** What all connections say of a SKU, and what the warehouses among them have. */
export interface Known {
  products: readonly Product[];
  counted: readonly Counted[];
}
const NOTHING: Known = { products: [], counted: [] };

/** What is known of a SKU now; undefined if no connection deals in it. */
export async function readStock(sku: string, network: StockNetwork): Promise<Known | undefined> {
  const products = await getProducts([...network.connections.keys()], sku);
  return products.length > 0 ? { products, counted: await countEach(products, network, new Date()) } : undefined;
}

function presentStock(sku: string, { products, counted }: Known): Stock {
  const warehouses = new Set(counted.map(({ product }) => product.connection));
  const quantities = products.flatMap(({ connection, quantity, updatedAt }) =>
    quantity === undefined ? [] : [{ connection, quantity, warehouse: warehouses.has(connection), updatedAt }],
  );
  return {
    sku,
    eans: [...new Set(products.flatMap(({ ean }) => ean ?? []))],
    forSale: sumUnits(counted),
    quantities,
    prices: products.flatMap(({ connection, price }) => (price ? [{ connection, ...price }] : [])),
  };
}

type Row = Awaited<ReturnType<typeof queryIndex>>[number];

/** The first rows of all connections together, up to this many of each. */
async function readRows({ connections, cursor }: Page, limit: number): Promise<Row[]> {
  const after = cursor === undefined ? {} : { after: decodeCursor(cursor) };
  const pages = await Promise.all(
    connections.map((connection) =>
      queryIndex({ index: 'byTime', partition: byTime.partition({ connection }), limit, newestFirst: false, ...after }),
    ),
  );
  return pages.flat().sort((a, b) => (a.sort < b.sort ? -1 : 1));
}

/** The partition key of a product is `PRODUCT#<connection>#<sku>`; a connection's id has no `#`. */
const skuOf = ({ pk }: Row): string => pk.split('#').slice(2).join('#');

/** Why a SKU's number is what it is, part by part. */
export function explainStock(sku: string, { products, counted }: Known, network: StockNetwork): StockExplanation {
  const forSale = sumUnits(counted);
  const warehouses = counted.map(explainWarehouse);
  const channels = products.flatMap(({ connection: id }) => {
    const connection = network.connections.get(id);
    if (!connection || !network.roleOf(connection.marketplace).takesStock) return [];
    const told = forSale === null ? null : toldTo(connection, forSale);
    return [{ connection: id, buffer: bufferOf(connection), told }];
  });
  const sum =
    forSale === null
      ? `No warehouse said how many of ${sku} there are.`
      : `${forSale === 1 ? '1 unit' : `${forSale} units`} of ${sku} for sale.`;
  const told = channels
    .filter(({ buffer }) => buffer > 0 && (forSale ?? 0) > 0)
    .map(({ connection, buffer, told }) => `${connection} is told ${told}, as ${buffer} are held back from it.`);
  const sentence = [sum, ...warehouses.map(sentenceOf), ...told].join(' ');
  return { sku, sentence, forSale, warehouses, channels };
}

type Warehouse = StockExplanation['warehouses'][number];

function explainWarehouse({ product, units, reserved }: Counted): Warehouse {
  const { connection, quantity = null, updatedAt } = product;
  const counts = Math.max(0, (units ?? 0) - reserved);
  return { connection, quantity, sells: isSold(product), reserved, counts, updatedAt };
}

function sentenceOf({ connection, quantity, sells, reserved, updatedAt }: Warehouse): string {
  if (quantity === null) return `${connection} never said a number.`;
  const said = `${connection} said ${quantity} at ${updatedAt}`;
  if (!sells) return `${said}, and does not sell them: they do not count.`;
  return reserved > 0 ? `${said}, of which ${reserved} were just sold.` : `${said}.`;
}
