import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account } from './account.ts';
import { bodyOf, refuse } from './answers.ts';
import { type ListingRules, readPath, selectPage } from './listing.ts';
import { groupsOf, type Product, toFullProduct, toListedProduct } from './product.ts';
import type { Products } from './products.ts';

const RULES: ListingRules = {
  defaultSize: 100,
  maxSize: 100,
  sorts:
    /^(texts\.default\.\w+\.name|categories\.\w+\.name|shipping\.\w+\.\w+|prices(\.\w+){2,4}|folder_name|brand_name|condition|tax|group_id|private_name|private_reference|quantity|stock_location|created_at|updated_at|volume|volume_unit|weight|purchase_price|notes|sold|unsold|last_sold)$/,
  filters:
    /^(id|integrations\.\w+\.active|folder_id|private_reference|quantity|private_name|last_sold|prices\.default\.(calculate|adjust))$/,
  ranges: ['quantity', 'last_sold'],
};

/** The endpoints about products and their stock. */
export function serveProducts(app: FastifyInstance, { products, recorded }: Account): void {
  app.get('/products', async ({ query }) => {
    const all = products.list();
    const source = {
      items: all,
      id: ({ id }: Product) => id,
      read: readPath,
      text: (product: Product) =>
        [product.private_name, product.private_reference, JSON.stringify(product.texts)].join(' '),
    };
    const { total, page } = selectPage<Product>(source, query as Record<string, unknown>, RULES);
    const data = { meta: { total }, products: page.map(toListedProduct), groups: groupsOf(page, all) };
    // Only this endpoint of the document wraps its answer.
    return { statusCode: 200, data };
  });

  app.get('/products/:id', async (request) => toFullProduct(byId(request, products)));

  app.get('/products/sku/:sku', async (request) => toFullProduct(bySku(request, products)));

  app.post(
    '/products',
    recorded('product-added', async (request, reply) => {
      const product = products.add(bodyOf(request));
      reply.code(201);
      return toFullProduct(product);
    }),
  );

  const change = (product: Product, request: FastifyRequest): void => void products.change(product, bodyOf(request));

  app.put(
    '/products/:id',
    recorded('product', async (request) => change(byId(request, products), request)),
  );

  app.put(
    '/products/sku/:sku',
    recorded('product', async (request) => change(bySku(request, products), request)),
  );

  app.put(
    '/products/bulk',
    recorded('products', async (request, reply) => {
      const { products: ids, data } = bodyOf(request);
      if (!Array.isArray(ids) || ids.length === 0 || ids.length > 100) throw refuse(400, 'products: 1 to 100 ids');
      if (typeof data !== 'object' || data === null) throw refuse(400, 'data is required');
      // The request goes into a queue, so an unknown product is nobody's error.
      for (const id of ids) {
        const product = products.find(String(id));
        if (product) products.change(product, data as Record<string, unknown>);
      }
      reply.code(202);
    }),
  );
}

function byId({ params }: FastifyRequest, products: Products): Product {
  return found(products.find((params as { id: string }).id));
}

function bySku({ params }: FastifyRequest, products: Products): Product {
  return found(products.bySku((params as { sku: string }).sku));
}

function found(product: Product | undefined): Product {
  if (!product) throw refuse(404, 'No such product found');
  return product;
}
