import type { SharedEvent } from '../events.ts';

/** What happened at Sello, for whoever tells the story. */
export type SelloEvent =
  | SharedEvent
  | { type: 'order.placed'; orderId: number; number: number; country: string }
  | { type: 'order.changed'; orderId: number; number: number; statusId: number }
  | { type: 'delivery.added'; orderId: number; number: number; method: string; trackingNumber: string }
  | { type: 'order.delivered'; orderId: number; number: number; trackingNumbers: string[] }
  | { type: 'return.changed'; orderId: number; number: number; rowId: number; status: string; quantity: number }
  | { type: 'stock.changed'; productId: number; sku: string; quantity: number }
  | { type: 'webhook.tested'; hook: string; status: number | null; accepted: boolean };
