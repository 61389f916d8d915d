import { type Connection, ERP } from '#lib/connections/connection';
import { canonicalCarrier } from '#lib/marketplaces/carriers';
import { loadConnector } from '#lib/marketplaces/registry';
import type { Fulfillment } from '#lib/orders/order';

/** The canonical code of a parcel's carrier, by its shipper's table and settings; null when neither knows the word. */
export async function carrierCodeOf(
  { by, carrier }: Fulfillment,
  connections: ReadonlyMap<string, Connection>,
): Promise<string | null> {
  if (by === ERP) return carrier.toLowerCase();
  const shipper = connections.get(by);
  if (!shipper) return null;
  const { carriers } = await loadConnector(shipper.marketplace);
  return canonicalCarrier(carriers, carrier, shipper.settings.carriers);
}
