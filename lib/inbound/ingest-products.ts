import { asOf } from '#events/inbound-body';
import { applyProduct, type Product, type ProductSnapshot, unitsOf } from '#lib/catalog/product';
import { planListing, planStock } from '#lib/catalog/stock';
import { getProduct, listSkus, putEan, putProduct } from '#lib/catalog/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { unblock } from '#lib/deliveries/reopen';
import type { Change } from '#lib/marketplaces/contract';
import { chunksOf } from '#lib/platform/chunks';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { type Ingested, type Ingestion, isTold } from './event.ts';

/** Applies a merchant's right to sell to all of its products that the catalog has. */
export async function ingestMerchants(
  merchants: Extract<Change, { type: 'merchants' }>['merchants'],
  ingestion: Ingestion,
): Promise<Ingested> {
  const { connection, hub } = ingestion;
  const enabled = new Map(merchants);
  const skus = await Array.fromAsync(listSkus(connection.id, null, hub.table));
  const products = await Promise.all(skus.map((sku) => getProduct(connection.id, sku, hub.table)));
  const told = products.flatMap((product): ProductSnapshot[] => {
    const merchantEnabled = enabled.get(product?.merchant ?? '');
    if (!product || merchantEnabled === undefined || merchantEnabled === product.merchantEnabled) return [];
    return [{ sku: product.sku, merchantEnabled, version: null }];
  });
  return ingestProducts(told, ingestion);
}

/** How many deliveries fit into a transaction with a product. */
const AT_ONCE = 90;

/** Puts products and stock into the catalog; a warehouse's new quantity is told to the channels that list the SKU. */
export async function ingestProducts(products: readonly ProductSnapshot[], ingestion: Ingestion): Promise<Ingested> {
  const { message, connection, hub } = ingestion;
  let changed = false;
  let identified = false;
  for (const told of products) {
    const { known, product, opened } = await writeProduct(told, ingestion);
    if (product === known) continue;
    // For those that did not fit; and when a listing and a warehouse's quantity are written at the same moment, neither
    // sees the other: the later one does now.
    const late = (await openTelling(known, product, ingestion)).filter(
      ({ id }) => !opened.some((one) => one.id === id),
    );
    for (const some of chunksOf(late, AT_ONCE)) await transact(some.map(putNewDelivery), hub.table);
    await hub.ring([...opened, ...late]);
    changed = true;
    if (product.externalId !== known?.externalId) identified = true;
  }
  // An order may have waited for the shipper's id of a SKU.
  if (identified) await unblock('connection', { connection: connection.id });
  if (!changed && !isTold(message)) return null;
  // Recorded last: if the event comes again, what is already written does not change.
  return { state: changed ? 'applied' : 'duplicate' };
}

/** Writes what was told of a product, with as many deliveries that tell the channels of it as fit. */
function writeProduct(told: ProductSnapshot, ingestion: Ingestion) {
  const { message, connection, hub } = ingestion;
  return untilCommitted(`product ${told.sku}`, async () => {
    const known = await getProduct(connection.id, told.sku, hub.table);
    const product = applyProduct(known, told, { connection: connection.id, receivedAt: asOf(message) });
    if (product === known) return { known, product, opened: [] };
    const opened = (await openTelling(known, product, ingestion)).slice(0, AT_ONCE);
    const named = product.ean === known?.ean ? [] : putEan(product);
    const stands = await transact([putProduct(product, known), ...named, ...opened.map(putNewDelivery)], hub.table);
    return stands ? { known, product, opened } : undefined;
  });
}

/** Opens the deliveries that tell sales channels of a product as it is now. */
async function openTelling(
  known: Product | undefined,
  product: Product,
  { network, hub: { table } }: Ingestion,
): Promise<Delivery[]> {
  const moved = unitsOf(product) !== undefined && unitsOf(product) !== (known && unitsOf(known));
  const listed = await planListing(known, product, network, table);
  const asked = [...listed, ...(moved ? await planStock(product, network, table) : [])];
  return asked.map((each) => openDelivery(each, new Date().toISOString()));
}
