import { type Order, sumOf } from './order.ts';

const VERSION = '2026-04-08';

/** The order as a plain UCP order; prices include tax, in minor units. */
export function toUcp(order: Order, seller: string, shopUrl: string): Record<string, unknown> {
  const lines = order.lines.filter((line) => line.seller === seller);
  const subtotal = sumOf(lines, 'gross');
  const { company: _company, email: _email, ...address } = order.address;
  const destination = Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null));
  const { cancelledAt, fulfilledAt } = order;
  return {
    ucp: { version: VERSION, capabilities: { 'dev.ucp.shopping.order': [{ version: VERSION }] } },
    id: order.id,
    label: order.number,
    checkout_id: `chk_${order.id.replace(/^ord_/, '')}`,
    permalink_url: `${shopUrl}/orders/${order.id}`,
    currency: order.currency,
    line_items: lines.map(({ id, sku, ean, title, quantity, gross }) => ({
      id,
      item: { id: sku, title, price: gross, ...(ean === null ? {} : { ean }) },
      quantity: {
        original: quantity,
        // What was shipped before a cancellation stays shipped.
        total: cancelledAt && !fulfilledAt ? 0 : quantity,
        fulfilled: fulfilledAt ? quantity : 0,
      },
      totals: [
        { type: 'subtotal', amount: gross * quantity },
        { type: 'total', amount: gross * quantity },
      ],
      status: fulfilledAt ? 'fulfilled' : cancelledAt ? 'removed' : 'processing',
    })),
    fulfillment: {
      expectations: [
        {
          id: 'exp_1',
          line_items: lines.map(({ id, quantity }) => ({ id, quantity })),
          method_type: 'shipping',
          destination,
          description: order.carrier,
        },
      ],
      events: [],
    },
    // UCP's order has no status: an adjustment without lines concerns the whole order.
    adjustments: cancelledAt
      ? [{ id: 'adj_1', type: 'cancellation', occurred_at: cancelledAt, status: 'completed' }]
      : [],
    totals: [
      { type: 'subtotal', amount: subtotal },
      { type: 'fulfillment', display_text: 'Shipping', amount: order.shipping.gross },
      { type: 'total', amount: subtotal + order.shipping.gross },
    ],
  };
}
