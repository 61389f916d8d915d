import type { FastifyRequest } from 'fastify';
import { refuse } from './answers.ts';
import { readBody, SkuInventories, SkuPrices } from './bodies.ts';
import type { Endpoints } from './calls.ts';
import { applyQuery, wholeNumber } from './odata.ts';
import { PRODUCT_FIELDS, type Stock, showProduct } from './stock.ts';

/** The endpoints about products and stock. */
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

  // GET api/product/get/{productcode}
  get('/api/product/get/:productcode', ({ params }) => {
    const sku = stock.find((params as { productcode: string }).productcode);
    if (!sku) throw refuse(34);
    return showProduct(sku);
  });

  // POST api/product/updateskuinventory
  post('/api/product/updateskuinventory', (body) => stock.update(readBody(SkuInventories, body)));

  // POST api/product/updateskuprice
  post('/api/product/updateskuprice', (body) => stock.update(readBody(SkuPrices, body)));
}
