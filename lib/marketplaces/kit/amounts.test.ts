import { describe, expect, test } from 'vitest';
import { PLATE, snapshotOf } from '#test/support/orders';
import { amountsIn, isTakenOff, rateOf, readEither, takeDiscounts } from './amounts.ts';

test('a figure that only controls refuses nothing, and is named where nobody can read it', () => {
  const { control, assumed } = amountsIn('EUR');
  const figures = { none: null, blank: '', noise: 3e-10, text: ' 1.5 ', words: 'free', object: { value: 1 } };
  const read = Object.entries(figures).map(([field, value]) => control(value, field));
  expect(read).toEqual([undefined, undefined, 0, 150, undefined, undefined]);
  expect(assumed()).toEqual({ assumed: ['words: unreadable, left out', 'object: unreadable, left out'] });
});

test('what is needed names the path of the body, what was assumed its own', () => {
  const { minor, assumed } = amountsIn('JPY', (field) => `order.${field}`);
  expect(minor('10.4', 'price')).toBe(10);
  expect(() => minor({}, 'price')).toThrow('order.price');
  expect(assumed()).toEqual({ assumed: ['price: rounded to the decimals of JPY'] });
});

test('an amount in another currency than its order is counted, and named', () => {
  const { minor, control, assumed } = amountsIn('PLN');
  expect(
    [
      { amount: '12.50', currency: 'EUR' },
      { amount: 3, currency_code: 'pln' },
    ].map((one) => minor(one, 'price')),
  ).toEqual([1250, 300]);
  expect(control({ amount: 10, currencyCode: 'EUR' }, 'total')).toBe(1000);
  expect(assumed()).toEqual({ assumed: ['price: is in EUR, counted as PLN', 'total: is in EUR, counted as PLN'] });
});

test('reads amounts as people write them, and takes no decimals for thousands', () => {
  const { minor } = amountsIn('EUR');
  const told = [
    '1 250,00',
    '1\u00a0250,5',
    '1,250.00',
    '1.250,00',
    "1'250.00",
    '-10,00',
    { amount: '10,00' },
    '1.250',
    '12,5000',
  ];
  expect(told.map((value) => minor(value, 'price'))).toEqual([
    ...[125000, 125050, 125000, 125000, 125000, -1000, 1000, 125, 1250],
  ]);
  expect(['12,50 EUR', 'eur 12.50', { amount: '12.50EUR' }].map((value) => minor(value, 'price'))).toEqual([
    1250, 1250, 1250,
  ]);
  const symbols = ['€1,250.00', '12,50 €', '(12.50)', '-€12.50', '\u221212,50', '12,50 zł'];
  expect(symbols.map((value) => minor(value, 'price'))).toEqual([125000, 1250, -1250, -1250, -1250, 1250]);
  expect(['($5.00)', 'EUR -5', '\u22125', '$5', 5].map((value) => isTakenOff(value, 1))).toEqual([
    ...[true, true, true, false, false],
  ]);
  const others = ['12,50 kr.', 'kr 12,50', '12.50-', '1’234.50', '12,50 ZŁ'];
  expect(others.map((value) => minor(value, 'price'))).toEqual([1250, 1250, -1250, 123450, 1250]);
  expect(() => minor('12.50 USD', 'price')).toThrow('price');
  expect(() => minor('1,250', 'price')).toThrow('price');
  expect(['1,234,500', '1.234.500', '500.00'].map((one) => amountsIn('JPY').minor(one, 'price'))).toEqual([
    ...[1_234_500, 1_234_500, 500],
  ]);
  expect(['1.200', '$15.990', '-1.200', 1.2].map((one) => amountsIn('CLP').minor(one, 'price'))).toEqual([
    ...[1200, 15_990, -1200, 1],
  ]);
  expect(['1.234.567', '1,234,567'].map((one) => minor(one, 'price'))).toEqual([123_456_700, 123_456_700]);
  expect(amountsIn('KWD').minor('1.234', 'price')).toBe(1234);
});

test('an amount with the symbol of another currency is named, too', () => {
  const assumed = (value: unknown, currency: string) => {
    const { minor, assumed } = amountsIn(currency);
    minor(value, 'price');
    return assumed().assumed;
  };
  for (const symbol of ['€', 'US$', '£'])
    expect(assumed(`${symbol}5`, 'MXN')).toEqual([`price: is in ${symbol}, counted as MXN`]);
  expect(assumed({ amount: '5 zł' }, 'EUR')).toEqual(['price: is in zł, counted as EUR']);
  for (const [told, own] of [
    ...[
      ['-MX$5', 'MXN'] as const,
      ['R$ 5', 'BRL'] as const,
      ['$5', 'BRL'] as const,
      ['US$5', 'USD'] as const,
      ['EUR€5', 'EUR'] as const,
      ['A$5', 'AUD'] as const,
    ],
    ...[['$5', 'MXN'] as const, ['5 zł', 'PLN'] as const, ['€5', 'EUR'] as const, ['5', 'CHF'] as const],
    [{ amount: '€5', currency: 'eur' }, 'EUR'] as const,
  ])
    expect(assumed(told, own)).toBeUndefined();
});

test('a time that was never set is none, and one that nobody can read is named', () => {
  const { instant, assumed } = amountsIn('EUR');
  const never = [
    undefined,
    null,
    '',
    0,
    '0000-00-00 00:00:00',
    '0001-01-01T00:00:00',
    '/Date(-62135596800000)/',
    '1900-01-01',
  ];
  expect(never.map((value) => instant(value, 'at'))).toEqual(never.map(() => null));
  expect(instant('/Date(1763626500000)/', 'at')).toBe('2025-11-20T08:15:00.000Z');
  expect(instant('1763626500', 'at')).toBe('2025-11-20T08:15:00.000Z');
  const php = { date: '2025-11-20 09:15:00.000000', timezone_type: 3, timezone: 'Europe/Warsaw' };
  expect(instant(php, 'at')).toBe('2025-11-20T08:15:00.000Z');
  expect(assumed()).toEqual({});
  expect(instant('soon', 'at')).toBeNull();
  expect(assumed()).toEqual({ assumed: ['at: is no time that can be read'] });
});

test('reads a rate as percent, as text and as a fraction', () => {
  expect(['25.00', 25, '25 %', '23,5', 0.23, '0.07', 0, 'zw.', {}].map(rateOf)).toEqual([
    ...[25, 25, 25, 23.5, 23, 7, 0, undefined, undefined],
  ]);
});

test('what is worth less than nothing takes something off the order, by price or by quantity', () => {
  const line = { id: '1', sku: 'A', title: 'Mug', quantity: 1, unitPrice: 500 };
  const off = [
    { ...line, title: 'Voucher', unitPrice: -200 },
    { ...line, title: 'A', quantity: -1 },
  ];
  expect(takeDiscounts([line, { ...line, quantity: -1, unitPrice: 0 }])).toEqual({ lines: [line] });
  expect(takeDiscounts([line, { ...line, quantity: 0, unitPrice: -200 }])).toEqual({ lines: [line] });
  expect(takeDiscounts([line, ...off])).toEqual({
    lines: [line],
    discounts: [
      { title: 'Voucher', amount: 200 },
      { title: 'Discount', amount: 500 },
    ],
  });
});

describe('an order in which 500.000 may be half a million or 500', () => {
  const orderIn = (currency: string, price: unknown, total: unknown, shipping: unknown = 0) =>
    readEither(currency, (amounts) => {
      const unitPrice = amounts.minor(price, 'price');
      const fulfillment = amounts.minor(shipping, 'shipping');
      return {
        ...snapshotOf({ currency, lines: [{ ...PLATE, unitPrice }] }),
        amounts: {
          fulfillment,
          tax: 0,
          discount: 0,
          total: amounts.control(total, 'total') ?? unitPrice + fulfillment,
        },
        ...amounts.assumed(),
      };
    });
  const readIn = (...told: Parameters<typeof orderIn>) => {
    const { lines, amounts, assumed } = orderIn(...told);
    return [lines[0]?.unitPrice, amounts.total, ...(assumed ?? [])];
  };

  test('is the one whose parts add up to its total', () => {
    expect(readIn('CLP', '500.000', 500)).toEqual([500, 500]);
    expect(readIn('CLP', '500.000', '1500.000', 1000)).toEqual([500, 1500]);
    expect(readIn('CLP', '500.000', '500.990', '990')).toEqual([500_000, 500_990]);
    expect(readIn('JPY', '500.000', 500_000)).toEqual([500_000, 500_000]);
    expect(readIn('EUR', '1.500', '1500.00')).toEqual([150_000, 150_000]);
    expect(readIn('EUR', '1.500', '1.50')).toEqual([150, 150]);
    expect(readIn('KWD', '1.500', '1500')).toEqual([1500, 1_500_000]);
  });

  test('is the one that another amount shows, and is named where nothing does', () => {
    expect(readIn('CLP', '500.000', '500.000', '0.000')).toEqual([500, 500]);
    const words = 'price: behind its point may be thousands or decimals, read as';
    expect(readIn('CLP', '500.000', '500.000')).toEqual([500_000, 500_000, `${words} thousands`]);
    expect(readIn('CLP', '15.990', '15.990')).toEqual([15_990, 15_990]);
    expect(readIn('JPY', '500.000', null)).toEqual([500, 500, `${words} decimals`]);
    expect(readIn('EUR', '12.500', null)).toEqual([1250, 1250]);
  });
});
