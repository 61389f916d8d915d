import type { SharedEvent } from '../events.ts';

/** What happened at SellersCommerce, for whoever tells the story. */
export type SellersCommerceEvent =
  | SharedEvent
  | { type: 'order.placed'; orderId: string; number: string; country: string }
  | { type: 'order.modified'; orderId: string; number: string }
  | { type: 'order.cancelled'; orderId: string; number: string }
  | { type: 'order.processing'; orderId: string; number: string }
  | { type: 'order.fulfilled'; orderId: string; number: string; carrier: string; trackingNumber: string }
  | { type: 'payment.captured'; orderId: string; number: string }
  | { type: 'stock.changed'; sku: string; quantity: number }
  | { type: 'token.issued'; grant: 'password' | 'refresh_token' }
  | { type: 'token.refused'; grant: string; reason: string };
