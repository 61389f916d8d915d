import type { CarrierTable } from '../contract.ts';

/** "Courier name for shipping package": the page lists none, so these are the couriers' own names. */
export const carriers: CarrierTable = {
  dhl: 'DHL',
  ups: 'UPS',
  fedex: 'FedEx',
  usps: 'USPS',
  tnt: 'TNT',
  dpd: 'DPD',
  gls: 'GLS',
};
