import { isDeepStrictEqual } from 'node:util';
import { ownSku } from '#lib/catalog/product';
import type { LineQuantity } from '#lib/orders/order';
import { sumByLine } from '#lib/orders/status';
import { BlockedError } from '#lib/platform/errors';
import type { PlaceInput, RemoteContext } from '../action.ts';
import { codeOf, incomplete, itemsIn, postalCodeOf, recipientOf } from '../kit/placing.ts';
import { needed, readShape } from '../kit/shape.ts';
import { findOrder, isEnded } from './api.ts';
import { Order, type OrderItem } from './schema.ts';
import { Settings } from './settings.ts';

/** "Country Code Enum": no other is taken. */
const COUNTRIES = ['US', 'CN', 'IN', 'MY', 'SG', 'KE'];

function addressOf({ shippingAddress: address, buyer }: PlaceInput['order']): Record<string, string> {
  const country = address.address_country ?? '';
  if (!COUNTRIES.includes(country))
    throw incomplete([`address_country (Shoppo ships to ${COUNTRIES.join(', ')} only)`]);
  const [first = '', ...more] = (address.first_name ?? '').trim().split(/\s+/);
  const last = address.last_name?.trim();
  const found = recipientOf({
    recipientFirstName: [last ? address.first_name : first, 'first_name'],
    recipientLastName: [last || more.join(' '), 'last_name'],
    streetAddress1: [address.street_address, 'street_address'],
    city: [address.address_locality, 'address_locality'],
    // A city that is the whole state.
    state: [address.address_region ?? (country === 'SG' ? 'Singapore' : undefined), 'address_region'],
    zipcode: [postalCodeOf(address), 'postal_code'],
    phoneNumber: [address.phone_number ?? buyer.phone_number, 'phone_number'],
  });
  // Required like the rest, though most addresses have one line; a company has no member of its own.
  const streetAddress2 = [address.company, address.extended_address].filter(Boolean).join(', ');
  return { ...found, streetAddress2, countryCode: country };
}

/** How many of each Sku, by its relay id, these lines are. Throws BlockedError that names the SKUs unknown. */
export async function unitsOf(
  remote: RemoteContext,
  { order, lineItems }: Pick<PlaceInput, 'order' | 'lineItems'>,
): Promise<Map<string, number>> {
  const known: LineQuantity[] = [];
  const unknown: string[] = [];
  for (const [{ id: sku }, quantity] of itemsIn(order, lineItems)) {
    const id = await skuIdOf(remote, sku);
    if (id === undefined) unknown.push(sku);
    else known.push({ id, quantity });
  }
  if (unknown.length === 0) return sumByLine(known);
  const description = `Shoppo's ids of ${unknown.join(', ')} are not known: add each to settings.skus of ${remote.connection.id}, or replay once the catalog has them`;
  throw new BlockedError({ code: 'sku_unknown', description }, 'connection');
}

/** The relay id of a SKU of ours, as set or as the catalog has it. */
export const skuIdOf = async ({ connection, findProduct }: RemoteContext, sku: string): Promise<string | undefined> =>
  ownSku(connection, sku) ?? (await findProduct(sku))?.externalId;

const MAX_CODES = 20;

/**
 * What stands at Shoppo under the codes of a placement, its first try first; null ends them. Without `nth`, from before
 * placements were told apart, the codes are those of all of an order.
 */
async function* triesOf(remote: RemoteContext, orderId: string, nth: number | null) {
  for (let n = 1; n <= MAX_CODES; n++) {
    const code = nth === null ? codeOf(orderId, n) : codeOf(orderId, nth, n);
    const found = await findOrder(remote, code);
    yield [code, found && readShape(Order, found)] as const;
    if (found === null) return;
  }
}

/** What stands at Shoppo for a placement. */
export const standingOf = async (remote: RemoteContext, orderId: string, nth: number | null): Promise<Order[]> =>
  (await Array.fromAsync(triesOf(remote, orderId, nth))).flatMap(([, placed]) => placed ?? []);

/** A placement that was stopped before it was made leaves its code free. */
const MAX_FREE = 3;

/** What stands at Shoppo for an order of ours, whichever placement it is of. */
export async function placedFor(remote: RemoteContext, orderId: string): Promise<Order[]> {
  const all: Order[] = [];
  let free = 0;
  for (let nth = 1; nth <= MAX_CODES && free < MAX_FREE; nth++) {
    const placed = await standingOf(remote, orderId, nth);
    free = placed.length > 0 ? 0 : free + 1;
    all.push(...placed);
  }
  return all;
}

/**
 * The arguments of createOrder, and the order if this placement made it already. One that has ended ships nothing, so
 * another takes its place; placements from before they were told apart share codes, and what is in them tells.
 * Throws BlockedError that names what the address lacks, or the SKUs unknown.
 */
export async function findPlaced(remote: RemoteContext, input: PlaceInput) {
  const { sellerName: partnerSellerName } = Settings.parse(remote.connection.settings);
  const shippingAddress = addressOf(input.order);
  const units = await unitsOf(remote, input);
  const orderItems = [...units].map(([skuId, quantity]) => ({ skuId, quantity }));
  const isAlone =
    input.nth !== null || input.order.placements.filter((one) => one.connection === remote.connection.id).length < 2;
  // One that was never paid is paid only for what is wanted by now; else it expires.
  const isOwn = ({ status, orderItems: items }: Order) =>
    (isAlone && status !== 'OPEN') || isDeepStrictEqual(unitsIn(items), units);
  for await (const [partnerOrderCode, placed] of triesOf(remote, input.order.id, input.nth))
    if (placed === null || (!isEnded(placed) && isOwn(placed)))
      return { given: { shippingAddress, orderItems, partnerOrderCode, partnerSellerName }, placed };
  const description = `there are ${MAX_CODES} orders at Shoppo for this one: place it by hand`;
  throw new BlockedError({ code: 'placed_too_often', description }, 'operator');
}

/** How many of each Sku, by its relay id, these items are. */
export const unitsIn = (items: readonly OrderItem[]): Map<string, number> =>
  sumByLine(items.map(({ sku, quantity }) => ({ id: sku.originalId || needed('sku.originalId'), quantity })));
