import type { Base } from '../base.ts';
import { catalog } from '../catalog.ts';
import { refuse } from './answers.ts';
import { newProduct, type Product } from './product.ts';
import type { Registry } from './registry.ts';

const FIRST_PRODUCT = 29372618;
const FIRST_QUANTITY = 100;
const READ_ONLY = [
  'id',
  'folder_name',
  'brand_name',
  'group_id',
  'created_at',
  'updated_at',
  'sold',
  'unsold',
  'last_sold',
  'auctions',
  'images',
];

/** The account's products and their stock. */
export type Products = ReturnType<typeof createProducts>;

export function createProducts({ base, registry }: { base: Base; registry: Registry }) {
  const { store, now } = base;
  const products = store.collection<Product>('products');
  const put = (product: Product): Product => products.put(String(product.id), product);
  const bySku = (sku: string): Product | undefined => products.list().find((one) => one.private_reference === sku);
  const stockChanged = ({ id }: Product, quiet = false): void => {
    if (!quiet) registry.notify('productQuantityUpdated', id);
  };
  const add = (given: Record<string, unknown>, id = store.next('product', FIRST_PRODUCT)): Product => {
    const blank = newProduct(id, now());
    const known = Object.entries(given).filter(([name]) => name in blank);
    return put({ ...blank, ...Object.fromEntries(known), ...numbersOf(given), id });
  };

  return {
    bySku,
    /** With an id, it is the one that the control surface chose. */
    add,
    list: () => products.list(),
    find: (id: number | string) => products.get(String(id)),
    /** Changes the named attributes, except read-only and unknown ones, and calls the webhooks. */
    change(product: Product, changes: Record<string, unknown>, quiet = false) {
      const known = Object.entries(changes).filter(([name]) => name in product && !READ_ONLY.includes(name));
      const given = Object.fromEntries(known);
      const merged = merge(product, { ...given, ...numbersOf(given) }) as Product;
      const changed = put({ ...merged, updated_at: now().toISOString() });
      if (changed.quantity !== product.quantity) stockChanged(changed, quiet);
      if (!quiet && known.some(([name]) => name !== 'quantity')) registry.notify('productUpdated', product.id);
      return changed;
    },
    /** Takes pieces that a marketplace has sold. */
    sell(sku: string, quantity: number, quiet?: boolean) {
      const product = bySku(sku);
      if (!product) return;
      const at = now().toISOString();
      const left = Math.max(0, product.quantity - quantity);
      const changed = put({ ...product, quantity: left, sold: product.sold + quantity, last_sold: at, updated_at: at });
      if (left !== product.quantity) stockChanged(changed, quiet);
    },
    /** Fills a new account with the catalog that sample orders are made of. */
    fill() {
      if (products.list().length > 0) return;
      for (const { sku, ean, title } of catalog) {
        add({
          private_reference: sku,
          private_name: title,
          quantity: FIRST_QUANTITY,
          weight: 250,
          stock_location: `Shelf ${products.list().length + 1}`,
          texts: { default: { en: { name: title } } },
          properties: [{ property: 'EAN', value: { default: ean } }],
        });
      }
    },
  };
}

/** The attributes that have rules, checked; a number may be a string. */
function numbersOf({ quantity, condition, tax }: Record<string, unknown>): Record<string, unknown> {
  if (condition !== undefined && condition !== 'new' && condition !== 'used')
    throw refuse(400, 'condition must be either new or used');
  if (tax !== undefined && !['0', '6', '12', '25'].includes(String(tax)))
    throw refuse(400, 'tax must be one of: 0, 6, 12, 25');
  if (quantity === undefined) return {};
  if (!/^\d{1,9}$/.test(String(quantity))) throw refuse(400, 'quantity must be a whole number');
  return { quantity: Number(quantity) };
}

/** Merges objects key by key; anything else is replaced. */
function merge(into: unknown, from: unknown): unknown {
  if (!isObject(into) || !isObject(from)) return from;
  const merged = { ...into };
  for (const [key, value] of Object.entries(from)) merged[key] = merge(into[key], value);
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
