import { listProducts, listStock } from '#lib/catalog/list';
import { ProductFacts, Stock } from '#lib/catalog/product-schema';
import { getConfiguration } from '#lib/connections/store';
import { getNetwork } from '#lib/marketplaces/network';
import * as z from '#lib/platform/zod';
import { errorResponses } from './kit/errors.ts';
import { cursorOf, listOf, optionalParam, paging } from './kit/lists.ts';
import { doc, metadata, named, pick } from './kit/meta.ts';
import { createRoute, json, Routes } from './kit/route.ts';

const SKU = { type: 'string', example: 'MUG-RED' };

const Product = named(
  'Product',
  ProductFacts,
  {},
  {
    connection: { example: 'sello-se' },
    sku: SKU,
    externalId: { description: "The marketplace's own id of it." },
    quantity: { description: 'Units for sale there, where it said a number.' },
    updatedAt: { description: 'The instant of what is known. 1970: the SKU was only seen in an order.' },
  },
);

named(
  'Stock',
  Stock,
  {},
  {
    sku: SKU,
    forSale: {
      description: 'Over all warehouses: what sales channels are told. Null where no warehouse said a number.',
    },
  },
);
const { connection, warehouse } = Stock.shape.quantities.def.element.shape;
metadata.add(connection, { example: 'marketful-mx' });
metadata.add(warehouse, { description: 'False: what a sales channel lists, which is not counted.' });

const bySku = {
  limit: paging.limit,
  cursor: cursorOf(/^[^#]*#/),
  sku: doc(optionalParam(doc(z.string(), SKU)), { type: 'string' }),
};

const productsRoute = createRoute({
  method: 'get',
  path: '/products',
  tags: ['catalog'],
  summary: 'Lists what the connections said of their SKUs, by SKU',
  scope: 'orders:read',
  request: {
    query: z.strictObject({ ...bySku, connection: doc(optionalParam(z.string()), { type: 'string' }) }),
  },
  responses: {
    200: json('A page of products, one for each SKU of each connection.', listOf('products', Product)),
    ...errorResponses(400, 401, 403, 500),
  },
});

const stockRoute = createRoute({
  method: 'get',
  path: '/stock',
  tags: ['catalog'],
  summary: 'Lists how many there are, by SKU',
  scope: 'orders:read',
  request: { query: z.strictObject(bySku) },
  responses: {
    200: json('A page of SKUs.', listOf('stock', Stock)),
    ...errorResponses(400, 401, 403, 500),
  },
});

export const routes = new Routes();

routes.add(productsRoute, async (context) => {
  const { connection, ...query } = context.req.valid('query');
  const { connections } = await getConfiguration();
  const { items, cursor } = await listProducts({
    ...query,
    connections: connection === undefined ? [...connections.keys()] : [connection],
  });
  return context.json(
    { products: items.map((product) => pick(ProductFacts, product)), ...(cursor && { cursor }) },
    200,
  );
});

routes.add(stockRoute, async (context) => {
  const { items, cursor } = await listStock(await getNetwork(), context.req.valid('query'));
  return context.json({ stock: items, ...(cursor && { cursor }) }, 200);
});
