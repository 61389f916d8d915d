import type { MarketplaceInfo } from '../info.ts';

export const info = {
  name: 'marketful',
  title: 'Marketful',
  topics: ['order-created', 'order-updated', 'shipment-event-created'],
  pollIntervalSeconds: 600,
  // The document names no limit; one call a second is our own courtesy.
  requestsPerMinute: 60,
  webhookSettings: [],
  secretInUrl: true,
} as const satisfies MarketplaceInfo;
