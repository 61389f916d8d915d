import { findProduct } from '../catalog.ts';
import { hundredths } from './order-changes.ts';
import type { DraftRow } from './orders.ts';
import { identifierOf } from './product.ts';
import type { Products } from './products.ts';
import type { PlacedRow } from './schema.ts';

const DEFAULT_PRICE = 5000;
const DEFAULT_TAX = 25;

/** A row as asked for; missing members come from the product with its SKU. */
export function toDraftRow(row: PlacedRow, integrationId: number, products: Products): DraftRow {
  const product = products.bySku(row.reference);
  const known = product ? identifierOf(product) : { identifier: null, identifierType: null };
  const purchasePrice = row.purchase_price ?? (product?.purchase_price ?? 0) * row.quantity;
  return {
    id: row.id,
    quantity: row.quantity,
    title: row.title ?? product?.private_name ?? row.reference,
    reference: row.reference,
    price:
      row.price === undefined ? (findProduct(row.reference)?.gross ?? DEFAULT_PRICE) : hundredths(row.price, 'price'),
    stockLocation: row.stock_location ?? product?.stock_location ?? '',
    itemNo: row.item_no ?? '',
    tax: row.tax ?? DEFAULT_TAX,
    productId: row.product_id ?? product?.id ?? null,
    integrationId,
    identifier: row.identifier ?? known.identifier,
    identifierType: row.identifier_type ?? known.identifierType,
    weight: row.weight ?? product?.weight ?? 0,
    submitter: row.submitter ?? null,
    purchasePrice: hundredths(purchasePrice, 'purchase_price'),
  };
}
