import { factsOf } from '#lib/orders/facts';
import type { LineQuantity, Order } from '#lib/orders/order';
import { BlockedError } from '#lib/platform/errors';

type Item = Order['ucp']['line_items'][number]['item'];

/** The goods in these lines of an order, with their quantities. */
export function itemsIn({ id: orderId, ucp }: Order, lineItems: readonly LineQuantity[]): Array<[Item, number]> {
  return lineItems.map(({ id, quantity }) => {
    const line = ucp.line_items.find((candidate) => candidate.id === id);
    if (!line) throw new Error(`line item ${id} is not in order ${orderId}`);
    return [line.item, quantity];
  });
}

/*
 * What a shipper that keeps an id of its partner's knows our orders by. A code is taken for good, so each placement with
 * it has its own: the order's id, and `~2`, `~3` behind it; `~2.2` is the second try at one that ended there.
 */

/** The code of an order's n-th placement, at its k-th try. */
export const codeOf = (orderId: string, nth: number, kth = 1): string => {
  if (kth > 1) return `${orderId}~${nth}.${kth}`;
  return nth === 1 ? orderId : `${orderId}~${nth}`;
};

const CODE = /^(?<order>.*:.*?)~(?<nth>\d{1,4})(?:\.\d{1,4})?$/s;

/** Our order id in a code, and the placement's count. */
export function readCode(code: string): { orderId: string; nth?: number } {
  const { order, nth } = CODE.exec(code)?.groups ?? {};
  return order === undefined ? { orderId: code } : { orderId: order, nth: Number(nth) };
}

const OF_FIVE_DIGITS = new Set(['MX', 'US']);

/** Restores leading zeros of five-digit codes that came as a number: 01000 is a part of Mexico City. */
export const postalCodeOf = ({ address_country = '', postal_code }: Order['shippingAddress']) =>
  OF_FIVE_DIGITS.has(address_country) && /^\d{3,4}$/.test(postal_code ?? '')
    ? postal_code?.padStart(5, '0')
    : postal_code;

/** For each of the shipper's members: its value, and our address member that has it, perhaps with a remark in brackets. */
type Wanted<Key extends string> = Readonly<Record<Key, readonly [value: string | null | undefined, member: string]>>;

/** The recipient as a shipper wants it, without blank texts. Throws like `incomplete` for what the address lacks. */
export function recipientOf<Key extends string>(wanted: Wanted<Key>): Record<Key, string> {
  const all = Object.entries<Wanted<Key>[Key]>(wanted);
  const texts = all.map(([key, [value]]) => [key, value?.trim() ?? ''] as const);
  const lacking = all.filter((_, index) => texts[index]?.[1] === '').map(([, [, member]]) => member);
  if (lacking.length > 0) throw incomplete(lacking);
  return Object.fromEntries(texts) as Record<Key, string>;
}

/** BlockedError `address_incomplete` that names members of the shipping address. */
export function incomplete(members: readonly string[]): BlockedError {
  const fields = members.map((member) => `shippingAddress.${member}`);
  const description = `the order cannot be shipped before its address has ${fields.join(', ')}: correct it`;
  return new BlockedError({ code: 'address_incomplete', description, field: fields[0]?.split(' ')[0] ?? '' }, 'order');
}

/** What buyers add to an order and not every shipper has a member for. */
type Extra = 'company' | 'note' | 'pickup point' | 'shipping method' | 'personalization';

/**
 * What of an order a shipper with only these members is not told, in words for its timeline; they name it and quote
 * nothing.
 */
export function uncarried(
  { order, lineItems }: { order: Order; lineItems: readonly LineQuantity[] },
  title: string,
  carries: ReadonlyArray<Extra | false>,
): string | undefined {
  const { note, pickupPoint, shippingMethod, lines } = factsOf(order);
  const placed = lines.filter(({ id }) => lineItems.some((line) => line.id === id));
  const extras: Record<Extra, unknown> = {
    company: order.shippingAddress.company,
    note,
    'pickup point': pickupPoint,
    'shipping method': shippingMethod,
    personalization: placed.some(({ attributes }) => Object.keys(attributes).length > 0),
  };
  const lost = (Object.keys(extras) as Extra[]).filter((extra) => extras[extra] && !carries.includes(extra));
  return lost.length > 0 ? `${title} has no member for the buyer's ${lost.join(', ')}` : undefined;
}
