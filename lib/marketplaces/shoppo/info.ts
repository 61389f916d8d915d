import type { MarketplaceInfo } from '../info.ts';

export const info = {
  name: 'shoppo',
  title: 'Shoppo',
  sells: false,
  topics: [
    'create-product',
    'update-product',
    'create-sku',
    'update-sku',
    'toggle-merchant',
    'cancel-partner-order',
    'deliver-partner-order',
    'reply-ticket',
  ],
  // No interval is documented; notifications come first, the poll finds what they do not tell.
  pollIntervalSeconds: 600,
  // No limit is documented: this is our courtesy.
  requestsPerMinute: 300,
  webhookSettings: [],
} as const satisfies MarketplaceInfo;
