import { explainStock, listProducts, listStock, readStock } from '#lib/catalog/list';
import { ProductFacts, Stock, StockExplanation } from '#lib/catalog/product-schema';
import { getConfiguration } from '#lib/connections/store';
import { getNetwork } from '#lib/marketplaces/network';
import { orNotFound } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { errorResponses } from './kit/errors.ts';
import { cursorOf, listOf, optionalParam, paging, textParam } from './kit/lists.ts';
import { doc, metadata, named, pick } from './kit/meta.ts';
import { json, Routes } from './kit/route.ts';

const SKU = { type: 'string', example: 'MUG-RED' };

const Product = named('Product', ProductFacts, {
  members: {
    connection: { example: 'sello-se' },
    sku: SKU,
    externalId: "The marketplace's own id of it.",
    quantity: 'Units for sale there, if it told a number.',
    updatedAt: 'When this was true at the source. 1970: the SKU was only seen in an order.',
  },
});

named('Stock', Stock, {
  members: {
    sku: SKU,
    forSale: 'In all warehouses: what sales channels are told. Null if no warehouse told a number.',
  },
});
named('StockExplanation', StockExplanation, {
  members: {
    sku: SKU,
    sentence: {
      example:
        '4 units of MUG-RED for sale. marketful-mx said 6 at 2026-11-20T09:00:00.000Z, of which 2 were just sold.',
    },
    channels: 'The number told to each channel that lists it and can be told.',
  },
});
const { connection, warehouse } = Stock.shape.quantities.def.element.shape;
metadata.add(connection, { example: 'marketful-mx' });
metadata.add(warehouse, { description: 'False: what a sales channel lists, which is not counted.' });

const bySku = {
  limit: paging.limit,
  cursor: cursorOf(/^[^#]*#/),
  sku: doc(optionalParam(doc(z.string(), SKU)), { type: 'string' }),
};

export const routes = new Routes('catalog');

routes.add('GET /products', {
  summary: 'Lists what connections told of their SKUs, by SKU',
  scope: 'orders:read',
  request: {
    query: z.strictObject({ ...bySku, connection: textParam() }),
  },
  responses: { 200: json('A page of products, one for each SKU of each connection.', listOf('products', Product)) },
  answer: async ({ query: { connection, ...query } }) => {
    const { connections } = await getConfiguration();
    const { items, cursor } = await listProducts({
      ...query,
      connections: connection === undefined ? [...connections.keys()] : [connection],
    });
    return { products: items.map((product) => pick(ProductFacts, product)), cursor };
  },
});

routes.add('GET /stock', {
  summary: 'Lists stock, by SKU',
  scope: 'orders:read',
  request: { query: z.strictObject(bySku) },
  responses: { 200: json('A page of SKUs.', listOf('stock', Stock)) },
  answer: async ({ query }) => {
    const { items, cursor } = await listStock(await getNetwork(), query);
    return { stock: items, cursor };
  },
});

routes.add('GET /stock/{sku}/explanation', {
  summary: "Says why a SKU's number is what it is",
  scope: 'orders:read',
  request: { params: z.object({ sku: doc(z.string(), SKU) }) },
  responses: {
    200: json('Each part of the number, and a sentence about them.', StockExplanation),
    ...errorResponses(404),
  },
  answer: async ({ params: { sku } }) => {
    const network = await getNetwork();
    const known = orNotFound(await readStock(sku, network), 'SKU');
    return explainStock(sku, known, network);
  },
});
