import type { Order } from '#lib/orders/order';
import { sameContent } from '#lib/platform/canonical-json';
import type { MemberChange } from './remap-schema.ts';

/** The differences between two states of an order, as a person would name them; `from` is null for a new order. */
export function diffOrders(from: Order | null, to: Order): MemberChange[] {
  const before = new Map(from ? flatten(viewOf(from)) : []);
  const after = new Map(flatten(viewOf(to)));
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((member) => ({ member, from: before.get(member) ?? null, to: after.get(member) ?? null }))
    .filter((change) => !sameContent(change.from, change.to));
}

/** The first parts of the members that changed, as a timeline names them. */
export const changedMembers = (changes: readonly MemberChange[]): string[] =>
  [...new Set(changes.map(({ member }) => member.split(/[.[]/)[0] ?? member))].sort();

const PERSONAL = /^(buyer|shippingAddress)\./;
const MASK = '***';

/** Changes without what tells who bought it and where they live. */
export const maskBuyer = (changes: readonly MemberChange[]): MemberChange[] =>
  changes.map((change) => {
    if (!PERSONAL.test(change.member)) return change;
    return { ...change, from: change.from === null ? null : MASK, to: change.to === null ? null : MASK };
  });

function viewOf({ ucp, ...order }: Order) {
  const {
    number,
    placedAt,
    paidAt,
    cancelled,
    buyer,
    shippingAddress,
    shippingMethod,
    shipBy = null,
    taxIncluded,
  } = order;
  return {
    ...{ number, placedAt, paidAt, cancelled, buyer, shippingAddress, shippingMethod, shipBy, taxIncluded },
    currency: ucp.currency,
    lines: ucp.line_items.map(({ id, item, quantity: { total: quantity, fulfilled } }) => ({
      id,
      sku: item.id,
      title: item.title,
      price: item.price,
      quantity,
      fulfilled,
    })),
    totals: ucp.totals.map(({ type, amount }) => ({ id: type, amount })),
    checkoutId: ucp.checkout_id,
    permalinkUrl: ucp.permalink_url,
  };
}

/** Leaves by path: `shippingAddress.postal_code`, `lines[li_1].quantity`. */
function flatten(value: unknown, path = ''): Array<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return [[path, value ?? null]];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([name, member]) => flatten(member, path === '' ? name : `${path}.${name}`));
  return value.flatMap(({ id, ...entry }: { id: string }) => flatten(entry, `${path}[${id}]`));
}
