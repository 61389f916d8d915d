import type { Delivery } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import { isReleased, paymentOf, releasesOf } from '#lib/orders/release';
import { unfulfilled } from '#lib/orders/status';
import { hasUnplaced } from '#lib/orders/units';
import { type Names, nameOf, type Said, sentenceOf, waitsFor } from './words.ts';

/** What keeps an order from shipping, and what would release it; undefined if nothing does, or nothing is left to ship. */
function sayHeldBack(order: Order, names: Names): Said | undefined {
  if (order.cancelled || isReleased(order, names)) return undefined;
  const say = (clauses: string[], ...[who, what]: Parameters<typeof waitsFor>): Said => ({
    stage: 'unreleased',
    clauses,
    waitsFor: waitsFor(who, what, order.placedAt),
  });
  const channel = nameOf(order.connection, names);
  const { held } = order.history.snapshot;
  const what = order.ucp.line_items.some(({ quantity }) => quantity.fulfilled > 0) ? 'the rest' : 'it';
  const { method, state: told } = paymentOf(order);
  // What is paid back in part ships as what is paid does.
  const state = told === 'partly_refunded' ? 'paid' : told;
  const by = method === null ? '' : ` by ${method}`;
  const setting = `settings.release of ${order.connection}`;
  const releases = releasesOf(names.connections.get(order.connection), names);
  const shipsPaid = releases.includes('paid');
  if (held !== undefined) {
    const will = `it will once ${channel} says otherwise`;
    const rest = releases.includes(state) ? will : `its payment is "${state}", too, which ${setting} does not let ship`;
    return say([`${what} does not ship: ${held}`, rest], 'marketplace', 'release');
  }
  if (state === 'refunded') {
    const clauses = [
      `${what} does not ship, as the payment was given back`,
      `"refunded" in ${setting} would release it`,
    ];
    return say(clauses, 'marketplace', 'release');
  }
  if (state !== 'pending') {
    // Cash on delivery is paid too late to wait for it.
    const waits = state === 'on_account' && shipsPaid ? `, or wait until ${channel} tells that it is paid` : '';
    const clauses = [
      `it is ${PAYMENTS[state]}${by}, which ${setting} does not let ship`,
      `add "${state}" there${waits}`,
    ];
    return say(clauses, 'you', 'release');
  }
  const unpaid = `${channel} has not told that it is paid${by}`;
  if (!shipsPaid) {
    const clauses = [`${unpaid}, and ${setting} would not let it ship then`, 'add "paid" there, or "pending"'];
    return say(clauses, 'you', 'release');
  }
  return say([unpaid, `${what} ships once ${channel} does, or with "${state}" in ${setting}`], 'buyer', 'payment');
}

const PAYMENTS = { paid: 'paid', on_account: 'to be paid on account', on_delivery: 'to be paid on delivery' } as const;

export const isPlacing = ({ action }: Delivery): boolean => action === 'order' || action === 'route';

/** What keeps an order from shipping, if nothing of it is placed or something is left to place. */
export function sayUnreleased(order: Order, deliveries: readonly Delivery[], names: Names): Said | undefined {
  if (unfulfilled(order).length === 0) return undefined;
  const mayStand = deliveries.some(
    (each) => isPlacing(each) && (each.placed || each.unknown || each.state === 'leased'),
  );
  return mayStand && !hasUnplaced(order) ? undefined : sayHeldBack(order, names);
}

const toSentence = (said: Said | undefined): string | null => (said ? sentenceOf(said.clauses) : null);

/** Why an order that a shipper has would not be placed now; empty if it would be. */
export function tellPlacedBefore(order: Order, names: Names): string {
  const [why] = sayHeldBack(order, names)?.clauses ?? [];
  return why ? `it would not be placed by now (${why}): have it stopped there if it must not leave` : '';
}

/** What keeps an order from shipping, as a sentence; null if nothing does. */
export const tellHeldBack = (order: Order, names: Names): string | null => toSentence(sayHeldBack(order, names));
/** Like `sayUnreleased`, as a sentence; null if nothing waits. */
export const tellUnreleased = (...about: Parameters<typeof sayUnreleased>): string | null =>
  toSentence(sayUnreleased(...about));
