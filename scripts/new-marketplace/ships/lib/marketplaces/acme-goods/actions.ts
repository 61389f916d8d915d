import type { Order } from '#lib/orders/order';
import type { PlaceInput, ProbedAction } from '../action.ts';
import { codeOf, itemsIn, recipientOf, uncarried } from '../kit/placing.ts';
import { defined } from '../kit/shape.ts';
import { createOrder, findOrder, type PlacementRequest } from './api.ts';
import { info } from './manifest.ts';

export const order: ProbedAction<PlaceInput> = {
  async push(remote, input) {
    const remoteId = await createOrder(remote, placementOf(input));
    return { remoteId, ...defined({ note: uncarried(input, info.title, []) }) };
  },

  async probe(remote, input) {
    const placed = await findOrder(remote, referenceOf(input));
    return placed ? { remoteId: placed.id, note: 'found at Acme Goods under our reference' } : null;
  },
};

/** Each placement of an order has its own, so that a probe does not mistake one for another. */
const referenceOf = ({ order, nth }: PlaceInput): string => codeOf(order.id, nth ?? 1);

function placementOf(input: PlaceInput): PlacementRequest {
  const { order, lineItems, number } = input;
  return {
    reference: referenceOf(input),
    number,
    ship_to: shipToOf(order),
    items: itemsIn(order, lineItems).map(([{ id: sku }, quantity]) => ({ sku, quantity })),
  };
}

function shipToOf({ shippingAddress: address, buyer }: Order): Record<string, string> {
  return recipientOf({
    name: [[address.first_name, address.last_name].filter(Boolean).join(' ') || address.company, 'last_name'],
    street: [address.street_address, 'street_address'],
    city: [address.address_locality, 'address_locality'],
    postal_code: [address.postal_code, 'postal_code'],
    country: [address.address_country, 'address_country'],
    phone: [address.phone_number ?? buyer.phone_number, 'phone_number'],
  });
}
