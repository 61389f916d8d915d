import type { SharedEvent } from '../events.ts';

/** What happened at Scopio, for whoever tells the story. */
export type ScopioEvent =
  | SharedEvent
  | { type: 'order.placed'; orderId: string; number: string; country: string }
  | { type: 'order.cancelled'; orderId: string; number: string }
  | { type: 'order.fulfilled'; orderId: string; number: string; carrier: string; trackingNumber: string };
