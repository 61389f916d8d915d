import type { FastifyRequest } from 'fastify';
import type { Base } from '../base.ts';
import { catalog } from '../catalog.ts';
import { refuse } from './answers.ts';
import { readBody, SkuInventories, SkuPrices } from './bodies.ts';
import type { Endpoints } from './calls.ts';
import { applyQuery, wholeNumber } from './odata.ts';
import type { Fields } from './odata-filter.ts';
import { nameOf, priceOf } from './sample.ts';
import type { SetStock } from './schema.ts';
import type { Setup } from './settings.ts';

/** A SKU of the store; here each product has exactly one. */
export interface StoreSku {
  SCproductID: number;
  ProductCode: string;
  ProductName: string;
  SkuCode: string;
  Price: number;
  Inventory: number;
  ModifiedDate: string;
}

const PRODUCT_FIELDS: Fields = {
  SCproductID: 'number',
  ProductCode: 'string',
  ProductName: 'string',
  ModifiedDate: 'date',
};

export type Stock = ReturnType<typeof createStock>;

const FIRST_PRODUCT = 3001;
const FIRST_INVENTORY = 100;

export function createStock({ store }: Base, setup: Setup) {
  const skus = store.collection<StoreSku>('skus');
  const put = (sku: StoreSku): StoreSku => skus.put(sku.SkuCode, { ...sku, ModifiedDate: setup.stamp() });
  const create = (SkuCode: string, Inventory: number): StoreSku => ({
    SCproductID: store.next('products', FIRST_PRODUCT),
    ProductCode: SkuCode,
    ProductName: nameOf(SkuCode),
    SkuCode,
    Price: priceOf(SkuCode),
    Inventory,
    ModifiedDate: setup.stamp(),
  });

  return {
    list: () => skus.list(),
    find: (sku: string) => skus.get(sku),
    /** Updates all of them, or none if one SKU is unknown: code 34. */
    update(changes: ReadonlyArray<{ SkuCode: string; Inventory?: number; Price?: number }>) {
      const updated = changes.map(({ SkuCode, ...change }) => {
        const sku = skus.get(SkuCode);
        if (!sku) throw refuse(34, SkuCode);
        return { ...sku, ...change };
      });
      for (const sku of updated) put(sku);
    },
    set({ SkuCode, Inventory, Price, ProductName }: SetStock) {
      const sku = skus.get(SkuCode) ?? create(SkuCode, Inventory);
      return put({ ...sku, Inventory, Price: Price ?? sku.Price, ProductName: ProductName ?? sku.ProductName });
    },
    /** Takes what an order needs; the stock never goes below zero. */
    take(SkuCode: string, quantity: number) {
      const sku = skus.get(SkuCode);
      if (sku) put({ ...sku, Inventory: Math.max(0, sku.Inventory - quantity) });
    },
    /** Adds the sample products if there are none. */
    fill() {
      if (skus.list().length > 0) return;
      for (const { sku } of catalog) skus.put(sku, create(sku, FIRST_INVENTORY));
    },
  };
}

/** A SKU's product in the shape in which it is shown. */
function showProduct({ SkuCode, Price, Inventory, ...product }: StoreSku) {
  return { ...product, Skus: [{ SkuCode, Price, Inventory }] };
}

export function serveProducts({ get, post, list }: Endpoints, stock: Stock): void {
  // GET api/product/getall, GET api/product/getallproducts: the document says the same of both.
  const getAll = ({ query }: FastifyRequest) => list(applyQuery(stock.list().map(showProduct), PRODUCT_FIELDS, query));
  get('/api/product/getall', getAll);
  get('/api/product/getallproducts', getAll);

  // GET api/product/getallproductskus?top={top}&skip={skip}&SCproductID={SCproductID}&ProductCode={ProductCode}
  get('/api/product/getallproductskus', ({ query }) => {
    const { top, skip, SCproductID, ProductCode } = query as Record<string, string | undefined>;
    const id = wholeNumber(SCproductID || undefined, 'SCproductID');
    const from = wholeNumber(skip || undefined, 'skip') ?? 0;
    const wanted = stock
      .list()
      .filter(
        (sku) => (id === undefined || sku.SCproductID === id) && (!ProductCode || sku.ProductCode === ProductCode),
      );
    return list(wanted.slice(from, from + (wholeNumber(top || undefined, 'top') ?? wanted.length)));
  });

  get('/api/product/get/:productcode', ({ params }) => {
    const sku = stock.find((params as { productcode: string }).productcode);
    if (!sku) throw refuse(34);
    return showProduct(sku);
  });

  post('/api/product/updateskuinventory', (body) => stock.update(readBody(SkuInventories, body)));

  post('/api/product/updateskuprice', (body) => stock.update(readBody(SkuPrices, body)));
}
