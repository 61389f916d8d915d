import type { CancelInput } from '#lib/marketplaces/action';
import { itemsIn } from '#lib/marketplaces/kit/placing';
import { differenceOf, LEFT, shippedOf } from '#lib/orders/holders';
import { minus } from '#lib/orders/line-quantities';
import { BlockedError, type ErrorDetail } from '#lib/platform/errors';

/** What may have changed since an order was placed, besides the units. */
export type Change = 'readdressed' | 'refunded' | 'exchanged';
/** What is to be undone, and the changes that only a person can deal with. */
export type Undoing = CancelInput & { changes: Change[] };

const WORDS = {
  readdressed: 'its shipping address changed after it was placed',
  refunded: 'its payment was given back after it was placed',
  exchanged: 'other goods stand on one of its lines since it was placed',
};

/** What a person is to deal with: the units, and what else has changed. */
function forPerson(detail: ErrorDetail, { changes }: Undoing): BlockedError {
  const description = [detail.description, ...changes.map((change) => WORDS[change])].join('; ');
  return new BlockedError({ ...detail, description }, 'operator');
}

/** Adds what else has changed to a failure that waits for a person. */
export const tellChanges =
  (input: Undoing) =>
  (error: unknown): never => {
    throw error instanceof BlockedError && error.waitsFor === 'operator' ? forPerson(error.detail, input) : error;
  };

/** Has a person deal with the changes at the shipper. */
export function askPerson({ order: sold, number, remoteId, left, changes }: Undoing, title: string): BlockedError {
  const blocked = (code: string, description: string) => new BlockedError({ code, description }, 'operator');
  const order = `order ${remoteId ?? number}`;
  const words = changes.map((change) => WORDS[change]).join(' and ');
  if (changes.includes('refunded')) {
    const cures = `have ${order} stopped at ${title} by hand, or cancel it at its channel; close this to let it leave`;
    return blocked('payment_refunded', `${words}: ${cures}`);
  }
  if (changes.includes('exchanged')) {
    const goods = itemsIn(sold, left).map(([{ id }, quantity]) => `${quantity} ${id}`);
    return blocked('goods_changed', `${words}: have ${order} changed to ${goods.join(', ')} at ${title} by hand`);
  }
  const why = `${title} cannot change an address over its API, and ${words}`;
  return blocked('address_changed', `${why}: have ${order} changed there by hand`);
}

/** Has a person undo what the shipper cannot over its API, or only in part. */
export function unsupported(input: Undoing, title: string, placement: string): BlockedError {
  const { order, lineItems, left, number, remoteId } = input;
  if (left.length > 0) {
    const description = differenceOf(order, placement, lineItems, left);
    return forPerson({ code: 'amend_unsupported', description }, input);
  }
  const which = `order ${remoteId ?? number}`;
  const sent = shippedOf(order, placement, lineItems);
  const isAll = minus(lineItems, sent).length === 0;
  const some = sent.length > 0 ? `, as far as it has not ${LEFT}` : '';
  const description = isAll
    ? `${which} ${LEFT}: have it sent back`
    : `${title} cannot cancel over its API: have ${which} stopped there by hand${some}`;
  return forPerson({ code: 'cancel_unsupported', description }, input);
}
