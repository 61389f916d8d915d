import type { MarketplaceInfo } from '../info.ts';

export const info = {
  name: 'sello',
  title: 'Sello',
  sells: true,
  topics: ['order-new', 'order-paid', 'order-updated', 'product-updated', 'product-quantity-updated'],
  // No interval is documented; webhooks come first, the poll finds what they lost.
  pollIntervalSeconds: 600,
  // "The API is by default limited to 30 calls per minute."
  requestsPerMinute: 30,
  webhookSettings: [],
  secretInUrl: true,
  movesLines: true,
} as const satisfies MarketplaceInfo;
