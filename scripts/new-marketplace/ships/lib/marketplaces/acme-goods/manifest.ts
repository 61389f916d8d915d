import type { CarrierTable, MarketplaceInfo, Role } from '../manifest.ts';

export const info = {
  name: 'acme-goods',
  title: 'Acme Goods',
  sells: false,
  topics: ['parcel-shipped'],
  // Quote here what the vendor's document says about polling and limits, or that it says nothing.
  pollIntervalSeconds: 600,
  requestsPerMinute: 60,
  webhookSettings: [],
} as const satisfies MarketplaceInfo;

/** Canonical code → the vendor's name for the carrier. */
const carriers: CarrierTable = { dhl: 'DHL', ups: 'UPS', fedex: 'FedEx' };

export const role: Role = { info, carriers };
