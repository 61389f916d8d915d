import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { decodeCursor } from '#lib/aws/index-query';
import { listProducts, listStock } from '#lib/catalog/list';
import type { Product } from '#lib/catalog/product';
import { getConfiguration } from '#lib/connections/store';
import { type ApiEnv, guardedBy } from './auth.ts';
import { errorResponses } from './errors.ts';
import { json, listOf, optionalParam, paging, Timestamp } from './list.ts';

const Sku = z.string().openapi({ type: 'string', example: 'MUG-RED' });

const ProductBody = z
  .object({
    connection: z.string().openapi({ example: 'sello-se' }),
    sku: Sku,
    externalId: z.string().optional().openapi({ description: "The marketplace's own id of it." }),
    ean: z.string().optional(),
    title: z.string().optional(),
    price: z.object({ amount: z.number().int(), currency: z.string() }).optional(),
    quantity: z.number().int().optional().openapi({ description: 'Units for sale there, where it said a number.' }),
    enabled: z.boolean().optional(),
    updatedAt: Timestamp.openapi({
      description: 'The instant of what is known. 1970: the SKU was only seen in an order.',
    }),
  })
  .openapi('Product');

const StockBody = z
  .object({
    sku: Sku,
    forSale: z.number().int().nullable().openapi({
      description: 'Over all warehouses: what sales channels are told. Null where no warehouse said a number.',
    }),
    quantities: z.array(
      z.object({
        connection: z.string().openapi({ example: 'marketful-mx' }),
        quantity: z.number().int(),
        warehouse: z.boolean().openapi({ description: 'False: what a sales channel lists, which is not counted.' }),
        updatedAt: Timestamp,
      }),
    ),
  })
  .openapi('Stock');

const isCursor = (cursor: string): boolean => /^[^#]*#/.test(decodeCursor(cursor));
const bySku = {
  limit: paging.limit,
  cursor: optionalParam(z.string().max(2048).refine(isCursor, 'is not a cursor of this list')).openapi({
    type: 'string',
    description: 'Where the page before ended: its `cursor`.',
  }),
  sku: optionalParam(Sku).openapi({ type: 'string' }),
};

const productsRoute = createRoute({
  method: 'get',
  path: '/products',
  tags: ['catalog'],
  summary: 'Lists what the connections said of their SKUs, by SKU',
  ...guardedBy('orders:read'),
  request: {
    query: z.strictObject({ ...bySku, connection: optionalParam(z.string()).openapi({ type: 'string' }) }),
  },
  responses: {
    200: json('A page of products, one for each SKU of each connection.', listOf('products', ProductBody)),
    ...errorResponses(400, 401, 403, 500),
  },
});

const stockRoute = createRoute({
  method: 'get',
  path: '/stock',
  tags: ['catalog'],
  summary: 'Lists how many there are, by SKU',
  ...guardedBy('orders:read'),
  request: { query: z.strictObject(bySku) },
  responses: {
    200: json('A page of SKUs.', listOf('stock', StockBody)),
    ...errorResponses(400, 401, 403, 500),
  },
});

export const products = new OpenAPIHono<ApiEnv>();

products.openapi(productsRoute, async (context) => {
  const { connection, ...query } = context.req.valid('query');
  const { connections } = await getConfiguration();
  const { items, cursor } = await listProducts({
    ...query,
    connections: connection === undefined ? [...connections.keys()] : [connection],
  });
  return context.json({ products: items.map(present), ...(cursor && { cursor }) }, 200);
});

products.openapi(stockRoute, async (context) => {
  const { items, cursor } = await listStock(await getConfiguration(), context.req.valid('query'));
  return context.json({ stock: items, ...(cursor && { cursor }) }, 200);
});

const present = ({ id: _id, revision: _revision, ...product }: Product): z.infer<typeof ProductBody> => product;
