import { BlockedError } from '#lib/platform/errors';
import type { PlaceInput, RemoteContext } from '../action.ts';
import { itemsIn } from '../kit/items.ts';
import { codeOf } from '../kit/placement-code.ts';
import { incomplete, recipientOf } from '../kit/recipient.ts';
import { readShape } from '../kit/shape.ts';
import { findOrder, isEnded, type NewOrder } from './api.ts';
import { Order } from './schema.ts';
import { Settings } from './settings.ts';

/** "Country Code Enum": no other is taken. */
const COUNTRIES = ['US', 'CN', 'IN', 'MY', 'SG', 'KE'];

/**
 * The arguments of createOrder but its code. Throws BlockedError that names what the address lacks, or the SKUs
 * unknown.
 */
export async function orderOf(remote: RemoteContext, input: PlaceInput): Promise<Omit<NewOrder, 'partnerOrderCode'>> {
  const { sellerName } = Settings.parse(remote.connection.settings);
  return {
    shippingAddress: addressOf(input.order),
    orderItems: await itemsOf(remote, input),
    ...(sellerName !== undefined && { partnerSellerName: sellerName }),
  };
}

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
    zipcode: [address.postal_code, 'postal_code'],
    phoneNumber: [address.phone_number ?? buyer.phone_number, 'phone_number'],
  });
  // Required like the rest, though most addresses have one line; a company has no member of its own.
  const streetAddress2 = [address.company, address.extended_address].filter(Boolean).join(', ');
  return { ...found, streetAddress2, countryCode: country };
}

/** One item a SKU. */
export async function itemsOf(
  remote: RemoteContext,
  { order, lineItems }: Pick<PlaceInput, 'order' | 'lineItems'>,
): Promise<NewOrder['orderItems']> {
  const quantities = new Map<string, number>();
  const unknown: string[] = [];
  for (const [{ id: sku }, quantity] of itemsIn(order, lineItems)) {
    const skuId = await skuIdOf(remote, sku);
    if (skuId === undefined) unknown.push(sku);
    else quantities.set(skuId, (quantities.get(skuId) ?? 0) + quantity);
  }
  if (unknown.length === 0) return [...quantities].map(([skuId, quantity]) => ({ skuId, quantity }));
  const description = `Shoppo's ids of ${unknown.join(', ')} are not known: add each to settings.skus of ${remote.connection.id}, or replay once the catalog has them`;
  throw new BlockedError({ code: 'sku_unknown', description }, 'connection');
}

/** The relay id of a SKU of ours, as set or as the catalog has it. */
export async function skuIdOf(context: RemoteContext, sku: string): Promise<string | undefined> {
  const { skus } = Settings.parse(context.connection.settings);
  return Object.hasOwn(skus, sku) ? skus[sku] : (await context.findProduct(sku))?.externalId;
}

const MAX_CODES = 20;

/** What stands at Shoppo under the codes of a placement, its first try first; null ends them. */
async function* triesOf(context: RemoteContext, codes: Iterable<string>): AsyncGenerator<[string, Order | null]> {
  for (const code of codes) {
    const found = await findOrder(context, code);
    yield [code, found === null ? null : readShape(Order, found)];
    if (found === null) return;
  }
}

/** The codes of a placement; from before placements were told apart, those of all of an order. */
function codesOf({ order: { id }, nth }: Pick<PlaceInput, 'order' | 'nth'>): string[] {
  const all = Array.from({ length: MAX_CODES }, (_, index) => index + 1);
  return all.map((n) => (nth === null ? codeOf(id, n) : codeOf(id, nth, n)));
}

/** What stands at Shoppo for a placement. */
export async function standingOf(context: RemoteContext, input: Pick<PlaceInput, 'order' | 'nth'>): Promise<Order[]> {
  return (await Array.fromAsync(triesOf(context, codesOf(input)))).flatMap(([, placed]) => placed ?? []);
}

/** A placement that was stopped before it was made leaves its code free. */
const MAX_FREE = 3;

/** What stands at Shoppo for an order of ours, whichever placement it is of. */
export async function placedFor(context: RemoteContext, orderId: string): Promise<Order[]> {
  const all: Order[] = [];
  let free = 0;
  for (let n = 1; n <= MAX_CODES && free < MAX_FREE; n++) {
    const codes = [codeOf(orderId, n), codeOf(orderId, n, 2), codeOf(orderId, n, 3)];
    const placed = (await Array.fromAsync(triesOf(context, codes))).flatMap(([, order]) => order ?? []);
    free = placed.length > 0 ? 0 : free + 1;
    all.push(...placed);
  }
  return all;
}

/**
 * The order that this placement made, or the code it may make one under. One that has ended ships nothing, so another
 * takes its place; placements from before they were told apart share codes, and what is in them tells.
 */
export async function findPlaced(
  remote: RemoteContext,
  input: PlaceInput,
  items: NewOrder['orderItems'],
): Promise<[string, Order | null]> {
  const placements = input.order.placements.filter(({ connection }) => connection === remote.connection.id);
  const isOwn = (placed: Order) => input.nth !== null || placements.length < 2 || hasItems(placed, items);
  for await (const [code, placed] of triesOf(remote, codesOf(input))) {
    if (placed === null) return [code, null];
    if (!isEnded(placed) && isOwn(placed)) return [code, placed];
  }
  const description = `there are ${MAX_CODES} orders at Shoppo for this one: place it by hand`;
  throw new BlockedError({ code: 'placed_too_often', description }, 'operator');
}

function hasItems({ orderItems }: Order, items: NewOrder['orderItems']): boolean {
  const left = new Map(items.map(({ skuId, quantity }) => [skuId, quantity]));
  for (const { sku, quantity } of orderItems) left.set(sku.originalId, (left.get(sku.originalId) ?? 0) - quantity);
  return [...left.values()].every((quantity) => quantity === 0);
}
