import type { CarrierTable } from '../contract.ts';

const NAMED = [
  'dhl',
  'bring',
  'bussgods',
  'posten',
  'posti',
  'schenker',
  'gls',
  'skynet',
  'ups',
  'dpd',
  'dsv',
  'tnt',
  'fedex',
  'itella',
  'postenaland',
] as const;

/** "Valid values are any of". The last names no carrier: only a connection's `settings.carriers` may choose it. */
export const METHODS = [...NAMED, 'other'] as const;

export const carriers: CarrierTable = Object.fromEntries(NAMED.map((method) => [method, method]));
