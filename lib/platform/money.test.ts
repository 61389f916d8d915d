import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContractError } from './errors.ts';
import { checkCurrency, exponentOf, toMinor, toMinorRounded } from './money.ts';

describe('toMinor', () => {
  it.each([
    ['50.00', 'PLN', 5000],
    ['1234.5', 'USD', 123450],
    [12.5, 'USD', 1250],
    [19.99, 'EUR', 1999],
    ['0.29', 'EUR', 29],
    [1.1, 'EUR', 110],
    [' 7 ', 'SEK', 700],
    ['10.500', 'EUR', 1050],
    ['007.10', 'EUR', 710],
    [500, 'JPY', 500],
    ['500.00', 'JPY', 500],
    ['1.234', 'KWD', 1234],
    ['1.2345', 'CLF', 12345],
    ['1999.50', 'HUF', 199950],
    ['-0.00', 'EUR', 0],
  ])('reads %s %s', (value, currency, minor) => {
    expect(toMinor(value, currency, 'price')).toBe(minor);
  });

  it.each([
    ['10.505', 'EUR'],
    ['0.1', 'JPY'],
    [0.1 + 0.2, 'EUR'],
    ['1e3', 'EUR'],
    [1e21, 'EUR'],
    [1e-7, 'EUR'],
    [Number.NaN, 'EUR'],
    [Number.POSITIVE_INFINITY, 'EUR'],
    ['', 'EUR'],
    ['.5', 'EUR'],
    ['5.', 'EUR'],
    ['+5', 'EUR'],
    ['1,50', 'EUR'],
    ['1 000', 'EUR'],
    ['0x10', 'EUR'],
    ['٣', 'EUR'],
    ['-5', 'EUR'],
    ['90071992547409.92', 'EUR'],
  ])('refuses %s %s and names the field', (value, currency) => {
    const failure = catchError(() => toMinor(value, currency, 'items[0].price'));
    expect(failure).toBeInstanceOf(ContractError);
    expect(failure).toMatchObject({ detail: { code: 'invalid_amount', field: 'items[0].price' } });
  });

  it('reads a negative amount only when asked to', () => {
    expect(toMinor('-5.10', 'EUR', 'discount', { allowNegative: true })).toBe(-510);
  });

  it.each(['XYZ', 'eur', '', 'EURO', 'constructor'])('refuses %s as a currency', (currency) => {
    expect(() => checkCurrency(currency, 'currency')).toThrow(ContractError);
    expect(catchError(() => toMinor('1', currency, 'price'))).toMatchObject({ detail: { code: 'unknown_currency' } });
  });

  it('counts the decimals of prices, not of cash', () => {
    const exponents = ['HUF', 'COP', 'MXN', 'KRW', 'TND', 'IQD'].map((code) => exponentOf(code, 'currency'));
    expect(exponents).toEqual([2, 2, 2, 0, 3, 3]);
  });

  it('reads every written amount back exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (minor) => {
        const digits = String(minor).padStart(3, '0');
        expect(toMinor(`${digits.slice(0, -2)}.${digits.slice(-2)}`, 'EUR', 'price')).toBe(minor);
      }),
    );
  });
});

function catchError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('toMinorRounded', () => {
  const read = (value: string | number, currency = 'EUR') => {
    const rounded: string[] = [];
    return {
      minor: toMinorRounded(value, currency, 'price', (field) => rounded.push(field)),
      isRounded: rounded.length > 0,
    };
  };

  it.each([
    ['79.992', 'EUR', 7999],
    ['10.505', 'EUR', 1051],
    [2.065, 'EUR', 207],
    [31.36666, 'SEK', 3137],
    ['-0.125', 'EUR', -13],
    ['0.5', 'JPY', 1],
    ['1.23456', 'KWD', 1235],
  ])('rounds %s %s half up and tells of it', (value, currency, minor) => {
    expect(read(value, currency)).toEqual({ minor, isRounded: true });
  });

  it.each([
    [0.1 + 0.2, 30],
    [1e-9, 0],
    [-0.0000000001, 0],
    [8399.999999999998, 840000],
    ['12.500', 1250],
    ['-7', -700],
    [12, 1200],
  ])('takes %s as it is meant', (value, minor) => {
    expect(read(value)).toEqual({ minor, isRounded: false });
  });

  it.each(['1,50', '', 'free', '1e30', '99999999999999999999.999'])('refuses %s', (value) => {
    expect(() => read(value)).toThrow(ContractError);
  });
});
