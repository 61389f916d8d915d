import type { CarrierTable, MarketplaceInfo, Role } from '../manifest.ts';

export const info = {
  name: 'marketful',
  title: 'Marketful',
  sells: false,
  topics: ['order-created', 'order-updated', 'shipment-event-created'],
  pollIntervalSeconds: 600,
  // The document names no limit; ten calls a second are our own courtesy.
  requestsPerMinute: 600,
  webhookSettings: [],
  secretInUrl: true,
} as const satisfies MarketplaceInfo;

const carriers: CarrierTable = { fedex: 'Fedex', dhl: 'DHL', ups: 'UPS', estafeta: 'Estafeta' };

export const role: Role = { info, carriers };
