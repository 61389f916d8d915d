import { factsOf } from '#lib/orders/facts';
import type { Order } from '#lib/orders/order';

/** What buyers add to an order that not every shipper has a member for. */
type Extra = 'company' | 'note' | 'pickup point' | 'shipping method';

/**
 * What a shipper that carries only these is not told of an order, in words for its timeline; they name, and repeat
 * nothing.
 */
export function uncarried(order: Order, title: string, carries: ReadonlyArray<Extra | false>): string | undefined {
  const { note, pickupPoint, shippingMethod } = factsOf(order);
  const extras: Record<Extra, unknown> = {
    company: order.shippingAddress.company,
    note,
    'pickup point': pickupPoint,
    'shipping method': shippingMethod,
  };
  const lost = (Object.keys(extras) as Extra[]).filter((extra) => extras[extra] && !carries.includes(extra));
  return lost.length > 0 ? `${title} has no member for the buyer's ${lost.join(', ')}` : undefined;
}
