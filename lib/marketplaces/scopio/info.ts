import type { MarketplaceInfo } from '../info.ts';

export const info = {
  name: 'scopio',
  title: 'Scopio',
  sells: true,
  topics: ['order-paid'],
  // "The recommended polling interval is between 5 and 15 minutes."
  pollIntervalSeconds: 600,
  // "120 API requests per minute per IP address / API key."
  requestsPerMinute: 120,
  webhookSettings: ['signatureHeader', 'signatureAlgorithm', 'signatureEncoding'],
} as const satisfies MarketplaceInfo;
