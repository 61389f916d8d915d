import { ownSku } from '#lib/catalog/product';
import { sumByLine } from '#lib/orders/line-quantities';
import type { LineQuantity } from '#lib/orders/order';
import { sameContent } from '#lib/platform/canonical-json';
import { BlockedError } from '#lib/platform/errors';
import type { PlaceInput, RemoteContext } from '../action.ts';
import { codeOf, incomplete, itemsIn, postalCodeOf, recipientOf } from '../kit/placing.ts';
import { needed, readShape } from '../kit/shape.ts';
import { findOrder, isEnded } from './api.ts';
import { Order, type OrderItem } from './schema.ts';
import { Settings } from './settings.ts';

/** "Country Code Enum": Shoppo takes no other. */
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
    // Singapore is a city and the whole state.
    state: [address.address_region ?? (country === 'SG' ? 'Singapore' : undefined), 'address_region'],
    zipcode: [postalCodeOf(address), 'postal_code'],
    phoneNumber: [address.phone_number ?? buyer.phone_number, 'phone_number'],
  });
  // Required, although most addresses have one line; there is no field for a company.
  const streetAddress2 = [address.company, address.extended_address].filter(Boolean).join(', ');
  return { ...found, streetAddress2, countryCode: country };
}

/** The units of these lines by Sku (relay id). Throws BlockedError naming SKUs that have no known id. */
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
  const description = `Shoppo's ids of ${unknown.join(', ')} are not known: have Shoppo list them, or add each to settings.skus of ${remote.connection.id}`;
  throw new BlockedError({ code: 'sku_unknown', description }, 'connection');
}

/** The relay id of a SKU of ours, from the settings or the catalog. */
export const skuIdOf = async ({ connection, findProduct }: RemoteContext, sku: string): Promise<string | undefined> =>
  ownSku(connection, sku) ?? (await findProduct(sku))?.externalId;

const MAX_CODES = 20;

/**
 * The orders at Shoppo under the codes of a placement's tries, first try first, until a code is free (null). Without
 * `nth` (older placements have none), the codes are those of the whole order.
 */
async function* triesOf(remote: RemoteContext, orderId: string, nth: number | null) {
  for (let kth = 1; kth <= MAX_CODES; kth++) {
    const code = nth === null ? codeOf(orderId, kth) : codeOf(orderId, nth, kth);
    const found = await findOrder(remote, code);
    yield [code, found && readShape(Order, found)] as const;
    if (found === null) return;
  }
}

/** The orders at Shoppo for a placement. */
export const standingOf = async (remote: RemoteContext, orderId: string, nth: number | null): Promise<Order[]> =>
  (await Array.fromAsync(triesOf(remote, orderId, nth))).flatMap(([, placed]) => placed ?? []);

/** A placement stopped before it was made leaves its code free: so many free codes in a row end the search. */
const MAX_FREE = 3;

/** The orders at Shoppo for an order of ours, of any placement. */
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
 * The arguments of createOrder, and the order if this placement has made it already. An ended order ships nothing, so
 * the placement gets a new one; `ended` is one that was not left to expire. Older placements without `nth` share codes,
 * so they are told apart by their items. Throws BlockedError naming what the address lacks, or the unknown SKUs.
 */
export async function findPlaced(remote: RemoteContext, input: PlaceInput) {
  const { sellerName: partnerSellerName } = Settings.parse(remote.connection.settings);
  const shippingAddress = addressOf(input.order);
  const units = await unitsOf(remote, input);
  const orderItems = [...units].map(([skuId, quantity]) => ({ skuId, quantity }));
  const here = input.order.placements.filter((one) => one.connection === remote.connection.id);
  const hasOwnCodes = input.nth !== null || here.length < 2;
  // An unpaid order is paid only if it holds what is wanted now; otherwise it expires.
  const isOwn = ({ status, orderItems: items }: Order) =>
    (hasOwnCodes && status !== 'OPEN') || sameContent(Object.fromEntries(unitsIn(items)), Object.fromEntries(units));
  let ended: { code: string; placed: Order } | undefined;
  for await (const [partnerOrderCode, placed] of triesOf(remote, input.order.id, input.nth)) {
    if (placed === null || (!isEnded(placed) && isOwn(placed)))
      return { given: { shippingAddress, orderItems, partnerOrderCode, partnerSellerName }, placed, ended };
    if (input.nth !== null && isEnded(placed) && placed.status !== 'EXPIRED')
      ended = { code: partnerOrderCode, placed };
  }
  const description = `there are ${MAX_CODES} orders at Shoppo for this one: place it by hand`;
  throw new BlockedError({ code: 'placed_too_often', description }, 'operator');
}

/** The units of these items by Sku (relay id). */
export const unitsIn = (items: readonly OrderItem[]): Map<string, number> =>
  sumByLine(items.map(({ sku, quantity }) => ({ id: sku.originalId || needed('sku.originalId'), quantity })));
