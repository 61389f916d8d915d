import type { CarrierTable, MarketplaceInfo, Role } from '../manifest.ts';

export const info = {
  name: 'marketful',
  title: 'Marketful',
  sells: false,
  topics: ['order-created', 'order-updated', 'shipment-event-created'],
  naming: ['order-created', 'order-updated', 'shipment-event-created'],
  pollIntervalSeconds: 600,
  // The document names no limit; ten calls a second are our own choice.
  requestsPerMinute: 600,
  webhookSettings: [],
  secretInUrl: true,
} as const satisfies MarketplaceInfo;

/** `marketful` leaves the choice to the warehouse: settings may map a sales channel's carrier to it. */
const carriers: CarrierTable = { marketful: 'Marketful', fedex: 'Fedex', dhl: 'DHL', ups: 'UPS', estafeta: 'Estafeta' };

export const role: Role = { info, carriers };
