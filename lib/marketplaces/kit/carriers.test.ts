import { expect, test } from 'vitest';
import { canonicalCarrier, carrierName } from './carriers.ts';

const warehouse = { dhl: 'DHL', fedex: 'Fedex' };
const channel = { dhl: 'dhl', inpost_locker: 'inpost_locker' };

test("reads a shipper's word without regard to case, its own settings first", () => {
  expect(canonicalCarrier(warehouse, 'dhl')).toBe('dhl');
  expect(canonicalCarrier(warehouse, ' FEDEX ')).toBe('fedex');
  expect(canonicalCarrier(warehouse, 'Estafeta Terrestre', { 'estafeta terrestre': 'Estafeta' })).toBe('estafeta');
  expect(canonicalCarrier(warehouse, 'DHL', { dhl: 'dpd' })).toBe('dpd');
});

test("writes a channel's word for a code, its own settings first", () => {
  expect(carrierName(channel, 'DHL')).toBe('dhl');
  expect(carrierName(channel, 'estafeta', { Estafeta: 'ups' })).toBe('ups');
  expect(carrierName(channel, 'dhl', { dhl: 'other' })).toBe('other');
});

test('guesses nothing', () => {
  for (const word of ['', 'DHL Express', 'unheard of', 'constructor', '__proto__']) {
    expect(canonicalCarrier(warehouse, word)).toBeNull();
    expect(carrierName(channel, word)).toBeNull();
  }
  expect(canonicalCarrier(warehouse, 'x', { x: '' })).toBeNull();
});
