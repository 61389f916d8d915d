import type { SharedEvent } from '../events.ts';

/** What happened at the warehouse, for whoever tells the story. */
export type MarketfulEvent =
  | SharedEvent
  | { type: 'order.received'; orderId: number; number: string; channel: string }
  | {
      type: 'shipment.reported';
      orderId: number;
      number: string;
      channel: string;
      status: string;
      carrier: string | null;
      trackingNumber: string | null;
    }
  | { type: 'webhook.registered'; topic: string };
