import type { LineQuantity, Order } from '#lib/orders/order';

type Item = Order['ucp']['line_items'][number]['item'];

/** What is in these lines of an order, with how many of it. */
export function itemsIn({ id: orderId, ucp }: Order, lineItems: readonly LineQuantity[]): Array<[Item, number]> {
  return lineItems.map(({ id, quantity }) => {
    const line = ucp.line_items.find((candidate) => candidate.id === id);
    if (!line) throw new Error(`line item ${id} is not in order ${orderId}`);
    return [line.item, quantity];
  });
}
