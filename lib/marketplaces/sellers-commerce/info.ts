import type { MarketplaceInfo } from '../info.ts';

export const info = {
  name: 'sellers-commerce',
  title: 'SellersCommerce',
  sells: true,
  // It calls nobody: everything is polled.
  topics: [],
  // The document names neither an interval nor a limit: both are our own courtesy.
  pollIntervalSeconds: 300,
  requestsPerMinute: 60,
  webhookSettings: [],
} as const satisfies MarketplaceInfo;
