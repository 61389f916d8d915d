import { type Connection, ERP } from '#lib/connections/connection';
import { canonicalCarrier } from '#lib/marketplaces/kit/carriers';
import { roleOf } from '#lib/marketplaces/registry';
import type { Fulfillment } from '#lib/orders/order';

/** The canonical code of a parcel's carrier, by its shipper's table and settings; null when neither knows the word. */
export function carrierCodeOf(
  { by, carrier }: Fulfillment,
  connections: ReadonlyMap<string, Connection>,
): string | null {
  if (by === ERP) return carrier.toLowerCase();
  const shipper = connections.get(by);
  if (!shipper) return null;
  return canonicalCarrier(roleOf(shipper.marketplace).carriers, carrier, shipper.settings.carriers);
}
