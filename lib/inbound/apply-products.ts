import type { InboundReceived } from '#events/inbound-received';
import { applyProduct, type ProductSnapshot } from '#lib/catalog/product';
import { planStock } from '#lib/catalog/stock';
import { getProduct, putProduct } from '#lib/catalog/store';
import type { Configuration } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { unblock } from '#lib/deliveries/replay';
import { transact } from '#lib/platform/table/table';
import { type Applied, eventOf } from './apply.ts';
import { putEvent } from './event.ts';

/** Products and stock land in the catalog; a warehouse's new quantity goes on to the channels that list the SKU. */
export async function applyProducts(
  products: readonly ProductSnapshot[],
  message: InboundReceived,
  configuration: Configuration,
): Promise<Applied> {
  const opened: Delivery[] = [];
  let changed = false;
  let identified = false;
  for (const told of products) {
    const known = await getProduct(message.connection, told.sku);
    const product = applyProduct(known, told, message);
    if (product === known) continue;
    const moved = product.quantity !== undefined && product.quantity !== known?.quantity;
    const asked = moved ? await planStock(product, configuration) : [];
    const deliveries = asked.map((each) => openDelivery(each, new Date().toISOString()));
    // Products before this one stand already: the event is only recorded at the end, and applying again changes nothing.
    if (!(await transact([putProduct(product, known), ...deliveries.map(putNewDelivery)]))) return undefined;
    opened.push(...deliveries);
    changed = true;
    if (product.externalId !== known?.externalId) identified = true;
  }
  // An order may have waited for the shipper's id of a SKU.
  if (identified) await unblock('connection', { connection: message.connection });
  if (!changed && message.receivedBy !== 'webhook') return { opened };
  const state = changed ? 'applied' : 'duplicate';
  await transact([putEvent(eventOf(message, { state }))]);
  return { opened, state };
}
