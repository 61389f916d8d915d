import type { Connection } from '#lib/connections/connection';

/** What a connection that ships calls a SKU of the sales channels, where its `settings.skus` say so. */
export function ownSku({ settings }: Pick<Connection, 'settings'>, sku: string): string | undefined {
  const skus = (settings.skus ?? {}) as Record<string, unknown>;
  const own = Object.hasOwn(skus, sku) ? skus[sku] : undefined;
  return typeof own === 'string' ? own : undefined;
}
