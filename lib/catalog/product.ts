import type { Connection } from '#lib/connections/connection';
import { isUnbounded, versionAt } from '#lib/platform/version';
import type * as z from '#lib/platform/zod';
import type { ProductFacts } from './product-schema.ts';

/** What a marketplace says of one SKU at one instant; absent members were not told. */
export interface ProductSnapshot extends Omit<z.infer<typeof ProductFacts>, 'connection' | 'updatedAt'> {
  /** When the source last changed it; null where the time of receipt must do. */
  version: string | null;
}

/** A SKU as one connection lists or stocks it. */
export interface Product extends z.infer<typeof ProductFacts> {
  id: string;
  revision: number;
}

/** The time of a product that only an order has named so far: older than anything a marketplace can tell. */
export const NOTED_AT = new Date(0).toISOString();

/** The product after a snapshot; the very object passed in if the snapshot is older or says nothing new. */
export function applyProduct(
  known: Product | undefined,
  told: ProductSnapshot,
  source: { connection: string; receivedAt: string },
): Product {
  const { version, ...members } = told;
  const updatedAt = versionAt(version, source.receivedAt);
  const id = `${source.connection}:${told.sku}`;
  if (!known) return { ...members, id, connection: source.connection, updatedAt, revision: 0 };
  if (updatedAt < known.updatedAt && !isUnbounded(known.updatedAt, source.receivedAt)) return known;
  if (told.enabled === false && isSold(known) && isAnother(known, told)) return known;
  const next = { ...known, ...members };
  if (updatedAt === known.updatedAt && text(next) <= text(known)) return known;
  // A source without versions would be written at every look; but its own first listing is news.
  if (version === null && known.updatedAt !== NOTED_AT && text(next) === text(known)) return known;
  return { ...next, updatedAt };
}

/** Goods listed anew may have the SKU of their former listing, which is disabled and told of all the same. */
const isAnother = ({ externalId }: Product, told: ProductSnapshot): boolean =>
  externalId !== undefined && told.externalId !== undefined && externalId !== told.externalId;

/** Content with sorted keys: of two snapshots of one instant the greater stands, whichever came first. */
const text = ({ revision: _r, updatedAt: _u, ...content }: Product): string =>
  JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether its marketplace has disabled neither it nor its merchant. */
export const isSold = ({ enabled, merchantEnabled }: Product): boolean =>
  enabled !== false && merchantEnabled !== false;

/** Units that can be sold; undefined if the marketplace never told a number. */
export const unitsOf = (product: Product): number | undefined =>
  product.quantity !== undefined && !isSold(product) ? 0 : product.quantity;

type Shipper = Pick<Connection, 'settings'>;

/** From the channels' SKU to the shipper's own; a list names SKUs that are the same. */
const renamed = ({ settings: { skus = {} } }: Shipper): Record<string, unknown> =>
  Array.isArray(skus) ? {} : (skus as Record<string, unknown>);

/** What a shipper calls a SKU of the sales channels, by its `settings.skus`. */
export function ownSku(shipper: Shipper, sku: string): string | undefined {
  const skus = renamed(shipper);
  const own = Object.hasOwn(skus, sku) ? skus[sku] : undefined;
  return typeof own === 'string' ? own : undefined;
}

/** A SKU, and the sales channels' other names for the same goods of this shipper. */
export function namesOf(shipper: Shipper, sku: string): string[] {
  const own = ownSku(shipper, sku) ?? sku;
  const others = Object.keys(renamed(shipper)).filter((name) => ownSku(shipper, name) === own);
  return [...new Set([sku, ...others])];
}
