import type { Chapter } from './chapter.ts';
import type { ShownEntry, ShownOrder } from './hub-client.ts';

/** A timeline entry in plain words; nothing for entries that would only slow the story down. */
export function narrate(
  { type, by, detail }: ShownEntry,
  order: ShownOrder,
  { channel, shipper, ship }: Chapter,
): string[] {
  const parcel =
    order.fulfillments.find(({ trackingNumber }) => trackingNumber === detail.trackingNumber) ?? order.fulfillments[0];
  const parcelName = `${parcel?.carrier.toUpperCase()} ${parcel?.trackingNumber}`;
  switch (type) {
    case 'order.received':
      return [
        ...(by === 'webhook' ? ['The signature is right, and the hub has answered 200.'] : []),
        `The hub has one canonical order, ${order.id}: ${nameOf(order)} in ${order.shippingAddress.address_locality} gets ${itemsOf(order)} for ${totalOf(order)}.`,
        ship ? 'The routes leave it to the seller, who packs it.' : `The routes send it to ${shipper}.`,
      ];
    case 'order.placed':
      return [`${shipper} accepts it as its order ${String(detail.remoteId)} and packs.`];
    case 'fulfillment.added':
      return [`${shipper} ships: ${parcelName}. The hub adds the parcel to the order.`];
    case 'fulfillment.reported':
      return [`${channel} knows: ${parcelName}. ${order.buyer.first_name ?? 'The buyer'} is told where the parcel is.`];
    case 'status.reported':
      return [`${channel} has the order as delivered, so the marketplace behind it is told, too.`];
    case 'delivery.blocked':
    case 'delivery.dead':
      return [`A delivery is ${type.slice('delivery.'.length)}: ${String(detail.description)}`];
    default:
      return [];
  }
}

const nameOf = ({ buyer, shippingAddress }: ShownOrder): string =>
  [buyer.first_name ?? shippingAddress.first_name, buyer.last_name ?? shippingAddress.last_name]
    .filter(Boolean)
    .join(' ');

const itemsOf = ({ ucp }: ShownOrder): string =>
  ucp.line_items.map(({ quantity, item }) => `${quantity.total} × ${item.title}`).join(', ');

function totalOf({ ucp }: ShownOrder): string {
  const amount = ucp.totals.find(({ type }) => type === 'total')?.amount ?? 0;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: ucp.currency, currencyDisplay: 'code' });
  return format.format(amount / 100);
}
