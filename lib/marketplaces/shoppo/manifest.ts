import type { CarrierTable, MarketplaceInfo, Role } from '../manifest.ts';

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
  naming: ['create-product', 'update-product', 'deliver-partner-order'],
  // No interval is documented; notifications come first, the poll finds what they do not tell.
  pollIntervalSeconds: 600,
  pollsChanges: true,
  // No limit is documented: this one is our own choice.
  requestsPerMinute: 300,
  webhookSettings: [],
} as const satisfies MarketplaceInfo;

/** "Courier name for shipping package": the page lists none, so these are the couriers' own names. */
const carriers: CarrierTable = {
  dhl: 'DHL',
  ups: 'UPS',
  fedex: 'FedEx',
  usps: 'USPS',
  tnt: 'TNT',
  dpd: 'DPD',
  gls: 'GLS',
};

export const role: Role = { info, carriers };
