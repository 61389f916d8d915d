import type { Connection } from '#lib/connections/connection';
import type { NewDelivery } from '#lib/deliveries/delivery';
import { shortHash } from '#lib/platform/hash';
import { sum } from '#lib/platform/sum';
import { db } from '#lib/platform/table/table';
import { type Product, unitsOf } from './product.ts';
import { countReserved, forgetSeen, type Seen } from './reservations.ts';
import { getProducts } from './store.ts';

/** Who sells, and who can be told how many units are for sale; all others stock what they ship. */
export interface StockNetwork {
  connections: ReadonlyMap<string, Connection>;
  roleOf(marketplace: string): { info: { sells: boolean }; takesStock?: true };
}

/** Tells the sales channels that list a SKU of its new stock at a warehouse, one delivery each. */
export async function planStock(product: Product, network: StockNetwork, table = db): Promise<NewDelivery[]> {
  const warehouse = network.connections.get(product.connection);
  if (!warehouse || network.roleOf(warehouse.marketplace).info.sells) return [];
  return planTelling(product.sku, occasionOf(product), network, table);
}

/** Tells a sales channel that begins to list a SKU the present number, if it shows another. */
export async function planListing(
  known: Product | undefined,
  product: Product,
  network: StockNetwork,
  table = db,
): Promise<NewDelivery[]> {
  // The channel's own quantity does not count, but what it lists for the first time, or anew, was never told one.
  if (known?.quantity !== undefined && known.externalId === product.externalId) return [];
  const channel = network.connections.get(product.connection);
  if (!channel || !network.roleOf(channel.marketplace).takesStock) return [];
  const units = await countStock(product.sku, network, new Date(), table);
  if (units === null || toldTo(channel, units) === product.quantity) return [];
  return [tellStock(product.sku, occasionOf(product), channel)];
}

const occasionOf = (product: Product): string[] => [product.id, product.updatedAt, String(unitsOf(product))];

/** `why` tells occasions apart: for the same one a channel is told once. */
export async function planTelling(
  sku: string,
  why: readonly string[],
  { connections, roleOf }: StockNetwork,
  table = db,
): Promise<NewDelivery[]> {
  const channels = [...connections.values()].filter(({ marketplace }) => roleOf(marketplace).takesStock);
  const listings = await getProducts(
    channels.map(({ id }) => id),
    sku,
    table,
  );
  const listing = new Set(listings.map(({ connection }) => connection));
  return channels.filter(({ id }) => listing.has(id)).map((channel) => tellStock(sku, why, channel));
}

const tellStock = (sku: string, why: readonly string[], { id, marketplace }: Connection): NewDelivery => ({
  id: `dlv_${shortHash('stock', ...why, id)}`,
  ...{ kind: 'push', action: 'stock', connection: id, marketplace, order: null },
  subject: { sku },
});

/** The connections that stock what they ship. */
const warehousesOf = ({ connections, roleOf }: StockNetwork): Map<string, Connection> =>
  new Map([...connections].filter(([, { marketplace }]) => !roleOf(marketplace).info.sells));

/** What one warehouse has for sale. */
export interface Counted {
  product: Product;
  /** Units that it can sell by its own account; null if it never told a number. */
  units: number | null;
  /** How many of `units` were just sold. */
  reserved: number;
}

/** What each warehouse has, from what the connections say of a SKU. */
export async function countEach(
  products: readonly Product[],
  network: StockNetwork,
  now: Date,
  table = db,
): Promise<Array<Counted & Seen>> {
  const warehouses = warehousesOf(network);
  const counted = products.map(async (product): Promise<Array<Counted & Seen>> => {
    const warehouse = warehouses.get(product.connection);
    if (!warehouse) return [];
    const units = unitsOf(product) ?? null;
    const sold = units === null ? { reserved: 0, seen: [] } : await countReserved(product, warehouse, now, table);
    return [{ product, units, ...sold }];
  });
  return (await Promise.all(counted)).flat();
}

/** Units of a SKU for sale in all warehouses that told a number, less what was just sold; null if none has. */
export async function countStock(
  sku: string,
  network: StockNetwork,
  now = new Date(),
  table = db,
): Promise<number | null> {
  const products = await getProducts([...warehousesOf(network).keys()], sku, table);
  const counted = await countEach(products, network, now, table);
  await Promise.all(counted.map((each) => forgetSeen(each, table)));
  return sumUnits(counted);
}

/** Units for sale in all warehouses: a shortage in one is not taken from another. Null if none told a number. */
export function sumUnits(counted: readonly Counted[]): number | null {
  const known = counted.flatMap(({ units, reserved }) => (units === null ? [] : [Math.max(0, units - reserved)]));
  return known.length > 0 ? sum(known) : null;
}

/** Units that are held back from a sales channel. */
export const bufferOf = ({ settings: { stockBuffer } }: Pick<Connection, 'settings'>): number =>
  typeof stockBuffer === 'number' ? stockBuffer : 0;

/** The number that a sales channel is told when this many are for sale. */
export const toldTo = (channel: Pick<Connection, 'settings'>, units: number): number =>
  Math.max(0, units - bufferOf(channel));
