import type { ProductSnapshot } from '#lib/catalog/product';
import { ContractError } from '#lib/platform/errors';
import type { Change } from '../contract.ts';
import { amountsIn, instantIn } from '../kit/amounts.ts';
import { defined, readShape } from '../kit/shape.ts';
import { Product, Sku, SkuNotice, SkuOfProduct } from './schema.ts';

type Skus = Readonly<Record<string, string>>;

/** "currency unit is USD" */
export const CURRENCY = 'USD';

/**
 * A product of the list or read alone: a snapshot for each of its Skus that can be read. It does not say when it changed.
 * Throws ContractError where none can.
 */
export function mapProduct(body: unknown, skus: Skus): ProductSnapshot[] {
  const product = readShape(Product, body);
  let unread: ContractError | undefined;
  const read = product.skus.flatMap((sku, index): ProductSnapshot[] => {
    try {
      return [{ ...snapshotOf(readShape(Sku, sku, `skus[${index}]`), product, skus), version: null }];
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      unread ??= error;
      return [];
    }
  });
  if (unread && read.length === 0) throw unread;
  return read;
}

/** A Sku read alone. */
export function mapSku(body: unknown, skus: Skus): ProductSnapshot {
  const { product = {}, ...sku } = readShape(SkuOfProduct, body);
  return { ...snapshotOf(sku, product, skus), version: null };
}

/** A notification holds all that the catalog keeps of a Sku, except the id of a new one. */
export function mapSkuNotice(body: unknown, receivedAt: string, skus: Skus): Change {
  const { sku_id: id, time_updated: time, merchant, ...sku } = readShape(SkuNotice, body);
  if (sku.identifier === undefined && id === undefined) return { type: 'none', reason: 'a Sku without a name' };
  const named = sku.identifier ?? (id !== undefined && setFor(id, skus));
  if (id !== undefined && !named) return { type: 'fetch', action: 'sku', resource: id };
  const changed = instantIn(time);
  const version = changed === null ? null : versionOf(changed, receivedAt);
  // Whether its product is sold, it does not say.
  const { title: _title, ...snapshot } = snapshotOf({ ...sku, id: id ?? '' }, {}, skus);
  return { type: 'products', products: [{ ...snapshot, ...defined({ merchant: merchant?.id }), version }] };
}

interface Parent {
  name?: string | undefined;
  enabled?: boolean | undefined;
}

function snapshotOf(sku: Sku, product: Parent, skus: Skus): Omit<ProductSnapshot, 'version'> {
  const { id, identifier, color, size, price, inventory, enabled } = sku;
  const title = [product.name, color, size].filter(Boolean).join(', ');
  const amount = amountOf(price);
  return {
    sku: setFor(id, skus) ?? identifier ?? id,
    ...defined({
      externalId: id || undefined,
      title: title || undefined,
      price: amount === undefined ? undefined : { amount, currency: CURRENCY },
      quantity: inventory === undefined ? undefined : Math.max(0, inventory),
      // Sold only if both are.
      enabled: product.enabled === false ? false : enabled,
    }),
  };
}

/** USD as a float or as text, rounded to cents; undefined for what is no price, as nothing hangs on it. */
export function amountOf(price: unknown): number | undefined {
  const amount = amountsIn(CURRENCY).control(price, 'price');
  return amount === undefined ? undefined : Math.max(0, amount);
}

/** The SKU that the connection's settings have for one of their ids. */
export const setFor = (id: string, skus: Skus): string | undefined =>
  Object.entries(skus).find(([, theirs]) => theirs === id)?.[0];

/**
 * `time_updated` has whole seconds. Of two notifications within one second the one received later knows more: the
 * milliseconds say when it was received, up to 999. A clock ahead of ours does not shut out what is read later.
 */
function versionOf(changed: string, receivedAt: string): string {
  const last = new Date(Date.parse(changed) + 999).toISOString();
  return last < receivedAt ? last : receivedAt;
}
