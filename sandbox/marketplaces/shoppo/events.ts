import type { SharedEvent } from '../events.ts';
import type { Topic } from './topics.ts';

/** What happened at Shoppo, for whoever tells the story. */
export type ShoppoEvent =
  | SharedEvent
  | { type: 'order.created'; orderId: string; partnerOrderCode: string; country: string }
  | { type: 'order.paid'; orderId: string; partnerOrderCode: string }
  | {
      type: 'order.shipped';
      orderId: string;
      partnerOrderCode: string;
      courier: string;
      trackingNumber: string;
      /** How many of the order's items are in this package. */
      items: number;
    }
  | { type: 'order.cancelled'; orderId: string; partnerOrderCode: string; by: 'partner' | 'shoppo'; items: number }
  | { type: 'ticket.created'; ticketId: string; kind: string }
  | { type: 'notification.sent'; topic: Topic };
