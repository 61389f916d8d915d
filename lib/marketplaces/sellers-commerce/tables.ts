import { idIn, numbered, type Table } from '../kit/tables.ts';

/** "CarrierId": how an order is shipped, which is not always a carrier. There is no 9. */
export const CARRIERS: Table = {
  ...numbered(1, 'UPS, USPS, Flat Rate Per Item, Ship By Weight, Ship By Order Total, Flat Rate Per Order'),
  ...numbered(7, 'In Store Pick Up, FEDEX'),
  10: 'Ship by Order Total[Tiered]',
};
/** A carrier's canonical code: `flat_rate_per_item`. */
export const codeOf = (carrier = ''): string => carrier.toLowerCase().replaceAll(/\W+/g, '_').replace(/_$/, '');

/** "ServiceTypeId" by CarrierId, in the document's order. There is no 12 and no 33; the other carriers have none. */
const SERVICES: Readonly<Record<number, Table>> = {
  1: numbered(
    1,
    'Ground, Next Day Air Early AM, Next Day Air, Next Day Air Saver, 2nd Day Air Early AM, 2nd Day Air, 3 Day Select',
    'Canada Standard, Worldwide Express, Worldwide Express Plus, Worldwide Expedited',
  ),
  2: numbered(13, 'ExpressMail, PriorityMail, Parcel Post (Machinable), Library, Media'),
  8: numbered(
    18,
    'Priority Overnight, Standard Overnight, First Overnight, FedEx 2 Day, FedEx Express Saver, International Priority',
    'International Economy, International First, FedEx 1 Day Freight, FedEx 2 Day Freight, FedEx 3 Day Freight',
    'FedEx Ground, Ground Home Delivery, International Priority Freight, International Economy Freight',
  ),
  10: numbered(34, 'Tier One, Tier Two, Tier Three'),
};

/** UPS Ground, USPS PriorityMail, FedEx Ground: used if neither buyer nor seller chose. */
const DEFAULT_SERVICES: Readonly<Record<number, number>> = { 1: 1, 2: 14, 8: 29 };

/** The ServiceTypeId for a service's name or number, with the CarrierId it belongs to. */
export function findService(word: string): { carrier: number; service: number } | undefined {
  for (const [carrier, services] of Object.entries(SERVICES)) {
    const service = idIn(services, word);
    if (service !== undefined) return { carrier: Number(carrier), service };
  }
  return undefined;
}

/** The buyer's choice in one line: `UPS Next Day Air`. */
export const methodName = (carrier: number, service: number | null): string =>
  [CARRIERS[carrier], SERVICES[carrier]?.[service ?? 0]].filter(Boolean).join(' ');

/** The CarrierId and ServiceTypeId of a line made by `methodName`. */
export function readMethod(line: string | null): { carrier: number; service: number | null } | undefined {
  for (const carrier of Object.keys(CARRIERS).map(Number))
    for (const service of [null, ...Object.keys(SERVICES[carrier] ?? {}).map(Number)])
      if (methodName(carrier, service) === line) return { carrier, service };
  return undefined;
}

/** Whether a CarrierId names a carrier, not a way to price. */
export const isCarrier = (carrier: number): boolean => carrier in DEFAULT_SERVICES;

/** The ServiceTypeId to send: null if the carrier has no services, undefined if a choice is needed or wrong. */
export function serviceTypeId(carrier: number, chosen: number | undefined): number | null | undefined {
  const services = SERVICES[carrier];
  if (!services) return chosen === undefined ? null : undefined;
  const id = chosen ?? DEFAULT_SERVICES[carrier];
  return id !== undefined && services[id] !== undefined ? id : undefined;
}
