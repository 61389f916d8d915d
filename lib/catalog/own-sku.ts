import type { Connection } from '#lib/connections/connection';

type Shipper = Pick<Connection, 'settings'>;

/** The channels' SKU → its own; a list names SKUs that are the same. */
const renamed = ({ settings: { skus = {} } }: Shipper): Record<string, unknown> =>
  Array.isArray(skus) ? {} : (skus as Record<string, unknown>);

/** What a connection that ships calls a SKU of the sales channels, where its `settings.skus` say so. */
export function ownSku(shipper: Shipper, sku: string): string | undefined {
  const skus = renamed(shipper);
  const own = Object.hasOwn(skus, sku) ? skus[sku] : undefined;
  return typeof own === 'string' ? own : undefined;
}

/** A SKU, and whatever else the sales channels call the same goods of a connection that ships. */
export function namesOf(shipper: Shipper, sku: string): string[] {
  const own = ownSku(shipper, sku) ?? sku;
  const others = Object.keys(renamed(shipper)).filter((name) => ownSku(shipper, name) === own);
  return [...new Set([sku, ...others])];
}
