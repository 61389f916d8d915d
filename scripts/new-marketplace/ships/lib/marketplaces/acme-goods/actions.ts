import type { Order } from '#lib/orders/order';
import { RejectedError } from '#lib/platform/errors';
import type { PlaceInput, ProbedAction } from '../action.ts';
import type { PollContext, PollPage } from '../contract.ts';
import { codeOf, itemsIn, recipientOf, uncarried } from '../kit/placing.ts';
import { defined } from '../kit/shape.ts';
import { createOrder, findOrder, getOrder, type PlacementRequest } from './api.ts';
import { info } from './manifest.ts';

/** A page for each open order, as each is a call: a poll that breaks off repeats none. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  for await (const { orderId, remoteId } of context.openPlacements(context.resume)) {
    const body = await (remoteId === null ? findOrder(context, orderId) : getOrder(context, remoteId)).catch(
      ignoreRefusal,
    );
    yield { items: body === undefined ? [] : [{ topic: 'order', body }], resume: orderId };
  }
  yield { items: [], resume: null };
}

/** An order that the vendor will not show must not keep the poll from the others. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RejectedError)) throw error;
}

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
