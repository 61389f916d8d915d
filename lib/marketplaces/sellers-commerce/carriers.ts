import type { CarrierTable } from '../contract.ts';

/** "CarrierId": how an order is shipped, which is not always a carrier. There is no 9. */
const CARRIER_IDS: Readonly<Record<string, number>> = {
  UPS: 1,
  USPS: 2,
  'Flat Rate Per Item': 3,
  'Ship By Weight': 4,
  'Ship By Order Total': 5,
  'Flat Rate Per Order': 6,
  'In Store Pick Up': 7,
  FEDEX: 8,
  'Ship by Order Total[Tiered]': 10,
};
export const OFFERED: readonly string[] = Object.keys(CARRIER_IDS);

export const carriers: CarrierTable = {
  ups: 'UPS',
  usps: 'USPS',
  fedex: 'FEDEX',
  flat_rate_per_item: 'Flat Rate Per Item',
  ship_by_weight: 'Ship By Weight',
  ship_by_order_total: 'Ship By Order Total',
  flat_rate_per_order: 'Flat Rate Per Order',
  in_store_pick_up: 'In Store Pick Up',
  ship_by_order_total_tiered: 'Ship by Order Total[Tiered]',
};

/** "ServiceTypeId" by CarrierId, first and last of each. There is no 12 and no 33; the other carriers have none. */
const SERVICES: Readonly<Record<number, readonly [number, number]>> = {
  1: [1, 11],
  2: [13, 17],
  8: [18, 32],
  10: [34, 36],
};

/** UPS Ground, USPS PriorityMail, FedEx 3 Day Freight: the working choice until `settings.services` says better. */
const DEFAULT_SERVICES: Readonly<Record<number, number>> = { 1: 1, 2: 14, 8: 28 };

/** The CarrierId of a carrier's name, without regard to case. */
export function carrierId(word: string): number | undefined {
  const wanted = word.trim().toLowerCase();
  return Object.entries(CARRIER_IDS).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The ServiceTypeId to send: null where the carrier has no services, undefined where a choice is needed or wrong. */
export function serviceTypeId(carrier: number, chosen: number | undefined): number | null | undefined {
  const services = SERVICES[carrier];
  if (!services) return chosen === undefined ? null : undefined;
  const id = chosen ?? DEFAULT_SERVICES[carrier];
  return id !== undefined && id >= services[0] && id <= services[1] ? id : undefined;
}
