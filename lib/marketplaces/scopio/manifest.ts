import { carriersByCode, type MarketplaceInfo, type Role } from '../manifest.ts';

export const info = {
  name: 'scopio',
  title: 'Scopio',
  sells: true,
  topics: ['order-paid'],
  // "The recommended polling interval is between 5 and 15 minutes."
  pollIntervalSeconds: 600,
  // "120 API requests per minute per IP address / API key."
  requestsPerMinute: 120,
  webhookSettings: ['signatureHeader', 'signatureAlgorithm', 'signatureEncoding', 'signatureFormat', 'signedContent'],
} as const satisfies MarketplaceInfo;

/** "Allowed carrier identifiers include inpost_locker (Locker points), inpost_courier, dpd, dhl, ups." */
export const carriers = carriersByCode('inpost_locker', 'inpost_courier', 'dpd', 'dhl', 'ups');

export const role: Role = { info, carriers, takesNumbersOnly: true };
