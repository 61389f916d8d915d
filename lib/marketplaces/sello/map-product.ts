import type { Change } from '../contract.ts';
import { member, textOf } from '../kit/json.ts';
import { present, readShape } from '../kit/shape.ts';
import { Product } from './schema.ts';
import type { Settings } from './settings.ts';
import { versionOf } from './version.ts';

/** A product of the list or read alone. Its reference is the SKU that rows sell it under. */
export function mapProduct(body: unknown, receivedAt: string, settings: Settings): Change {
  const { id, private_reference: sku, private_name: title, quantity, integrations, ...rest } = readShape(Product, body);
  if (sku === undefined) return { type: 'none', reason: `product ${id} has no reference to sell it under` };
  const active = integrations && Object.values(integrations).some((integration) => integration.active);
  const snapshot = { sku, externalId: id, version: versionOf(rest, receivedAt, settings) };
  return {
    type: 'products',
    products: [{ ...snapshot, ...present({ title, quantity, enabled: active, ean: eanOf(rest.properties) }) }],
  };
}

function eanOf(properties: Array<{ property?: string | undefined; value: unknown }> = []): string | undefined {
  const found = properties.find(({ property }) => /^(ean|gtin)$/i.test(property ?? ''))?.value;
  return textOf(member(found, 'default') ?? found) || undefined;
}
