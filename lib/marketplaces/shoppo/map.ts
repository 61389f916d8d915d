import type { Connection } from '#lib/connections/connection';
import type { Change, InboundBody } from '../contract.ts';
import { readShape } from '../kit/shape.ts';
import { CANCELLED, mapOrder } from './map-order.ts';
import { mapProduct, mapSku, mapSkuNotice } from './map-product.ts';
import { orderIdOf } from './placement.ts';
import { MerchantNotice, OrderNotice, ProductNotice, TicketReply } from './schema.ts';
import { Settings } from './settings.ts';

/** The seven proactive notifications, the reply to a ticket, and what a fetch or poll read. */
export function map({ topic, body, receivedAt }: InboundBody, { settings }: Connection): Change {
  const { skus } = Settings.parse(settings);
  switch (topic) {
    case 'order':
      return mapOrder(body, receivedAt, skus);
    case 'product':
      return { type: 'products', products: mapProduct(body, skus) };
    case 'sku':
      return { type: 'products', products: [mapSku(body, skus)] };
    case 'create-sku':
    case 'update-sku':
      return mapSkuNotice(body, receivedAt, skus);
    case 'create-product':
    case 'update-product':
      return mapProductNotice(body);
    case 'toggle-merchant':
      return mapMerchants(body);
    case 'cancel-partner-order':
      return mapCancelled(body);
    case 'reply-ticket':
      return mapReply(body);
    default:
      return { type: 'fetch', action: 'order', resource: readShape(OrderNotice, body).order_id };
  }
}

/** What is sold are Skus, which a product's notification leaves out. */
function mapProductNotice(body: unknown): Change {
  const { product_id: id, identifier } = readShape(ProductNotice, body);
  if (id !== undefined) return { type: 'fetch', action: 'product', resource: id };
  return { type: 'none', reason: `product ${identifier ?? '?'} has no id yet: its Skus are told apart, or polled` };
}

/** Nothing can be asked by merchant: `enabled` of what they sell comes with the products themselves. */
function mapMerchants(body: unknown): Change {
  const { merchant_toggle_list: merchants } = readShape(MerchantNotice, body);
  const told = merchants.map(({ merchant_id: id = '?', enabled }) => `${id} ${enabled ? 'enabled' : 'disabled'}`);
  return { type: 'none', reason: `merchants: ${told.join(', ') || 'none'}` };
}

function mapCancelled(body: unknown): Change {
  const orderId = orderIdOf(readShape(OrderNotice, body).order_id);
  return { type: 'placement-refused', orderId, ...CANCELLED };
}

const MAX_WORDS = 500;

/** Shoppo knows which order a ticket is about and does not say: the hub remembers its own. */
function mapReply(body: unknown): Change {
  const { ticketId, content } = readShape(TicketReply, body);
  const reason = `ticket ${ticketId}: ${content}`.slice(0, MAX_WORDS);
  return { type: 'none', reason, about: { remoteId: ticketId, type: 'ticket.replied' } };
}
