import type { ProductSnapshot } from '#lib/catalog/product';
import type { Change } from '../contract.ts';
import { amountsIn, instantIn } from '../kit/amounts.ts';
import { defined, readShape, unlessUnreadable } from '../kit/shape.ts';
import { Product, Sku, SkuNotice } from './schema.ts';
import type { Settings } from './settings.ts';

/** "currency unit is USD" */
export const CURRENCY = 'USD';

/**
 * A product of the list or read alone: a snapshot for each of its Skus that can be read. It does not say when it changed.
 * Throws ContractError where none can.
 */
export function mapProduct(body: unknown, skus: Settings['skus']): ProductSnapshot[] {
  const product = readShape(Product, body);
  const read = (sku: unknown, index: number): ProductSnapshot[] =>
    snapshotsOf({ ...readShape(Sku, sku, `skus[${index}]`), product }, skus);
  const readable = product.skus.flatMap((sku, index) => unlessUnreadable(() => read(sku, index)) ?? []);
  // Of a product without one, the first that is read again says why.
  return readable.length > 0 ? readable : product.skus.flatMap(read);
}

/** A notification holds all that the catalog keeps of a Sku, except the id of a new one. */
export function mapSkuNotice(body: unknown, receivedAt: string, skus: Settings['skus']): Change {
  const { sku_id: id, time_updated: time, merchant, ...sku } = readShape(SkuNotice, body);
  if (sku.identifier === undefined && id === undefined) return { type: 'none', reason: 'a Sku without a name' };
  const named = sku.identifier ?? (id !== undefined && setFor(id, skus)[0]);
  if (id !== undefined && !named) return { type: 'fetch', action: 'sku', resource: id };
  const changed = instantIn(time);
  const version = changed === null ? null : versionOf(changed, receivedAt);
  // Color and size without the product's name are no title.
  const said = { ...defined({ merchant: merchant?.id }), version };
  const snapshots = snapshotsOf({ ...sku, id: id ?? '' }, skus);
  return { type: 'products', products: snapshots.map(({ title: _title, ...snapshot }) => ({ ...snapshot, ...said })) };
}

/** One for each SKU of ours that the settings have for it. */
export function snapshotsOf(sku: Sku, skus: Settings['skus']): ProductSnapshot[] {
  const { id, identifier, color, size, price, inventory, enabled, product } = sku;
  const title = [product?.name, color, size].filter(Boolean).join(', ');
  const amount = amountOf(price);
  const names = setFor(id, skus);
  return (names.length > 0 ? names : [identifier ?? id]).map((name) => ({
    sku: name,
    version: null,
    ...defined({
      externalId: id || undefined,
      title: title || undefined,
      price: amount === undefined ? undefined : { amount, currency: CURRENCY },
      quantity: inventory === undefined ? undefined : Math.max(0, inventory),
      // Sold only if both are.
      enabled: product?.enabled === false ? false : enabled,
    }),
  }));
}

/** USD as a float or as text, rounded to cents; undefined for what is no price, as nothing hangs on it. */
export function amountOf(price: unknown): number | undefined {
  const amount = amountsIn(CURRENCY).control(price, 'price');
  return amount === undefined ? undefined : Math.max(0, amount);
}

/** The SKUs that the connection's settings have for one of their ids. */
export const setFor = (id: string, skus: Settings['skus']): string[] =>
  Object.keys(skus).filter((sku) => skus[sku] === id);

/**
 * `time_updated` has whole seconds. Of two notifications within one second the one received later knows more: the
 * milliseconds say when it was received, up to 999. A clock ahead of ours does not shut out what is read later.
 */
function versionOf(changed: string, receivedAt: string): string {
  const last = new Date(Date.parse(changed) + 999).toISOString();
  return last < receivedAt ? last : receivedAt;
}
