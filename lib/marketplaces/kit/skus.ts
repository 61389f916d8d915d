import type { Connection } from '#lib/connections/connection';
import { member } from './json.ts';

/** What a connection that ships calls a SKU of the sales channels, where its settings say so. */
export function ownSku({ settings }: Pick<Connection, 'settings'>, sku: string): string | undefined {
  const own = member(settings.skus, sku);
  return typeof own === 'string' ? own : undefined;
}
