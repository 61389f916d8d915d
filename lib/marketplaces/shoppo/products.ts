import { RejectedError } from '#lib/platform/errors';
import { readShape } from '../kit/shape.ts';
import { ask, type Caller, type Variables } from './client.ts';
import { type Identifier, productById, productList, skuById } from './documents.ts';
import { Page } from './schema.ts';

/** query productList: a page of products with their Skus. */
export const listProducts = async (caller: Caller, variables: Variables): Promise<Page> =>
  readShape(Page, await askOfSkus(caller, productList, variables));

/** query product, by relay id. */
export const getProduct = (caller: Caller, id: string): Promise<unknown> => getNode(caller, productById, id);

/** query sku, by relay id. */
export const getSku = (caller: Caller, id: string): Promise<unknown> => getNode(caller, skuById, id);

async function getNode(caller: Caller, document: (identifier: Identifier) => string, id: string): Promise<unknown> {
  const node = await askOfSkus(caller, document, { id });
  if (node !== null) return node;
  throw new RejectedError({ code: 'not_found', description: `Shoppo has nothing under ${id}` });
}

/** Asks for the identifier of Skus, and where they have none there, for the rest. */
async function askOfSkus(caller: Caller, document: (identifier: Identifier) => string, variables: Variables) {
  try {
    return await ask(caller, document('identifier'), variables);
  } catch (error) {
    if (error instanceof RejectedError && /cannot query field \W*identifier/i.test(error.detail.description))
      return ask(caller, document(''), variables);
    throw error;
  }
}
