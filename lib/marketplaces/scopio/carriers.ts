import type { CarrierTable } from '../contract.ts';

/** "Allowed carrier identifiers include inpost_locker (Locker points), inpost_courier, dpd, dhl, ups." */
export const carriers: CarrierTable = {
  inpost_locker: 'inpost_locker',
  inpost_courier: 'inpost_courier',
  dpd: 'dpd',
  dhl: 'dhl',
  ups: 'ups',
};
