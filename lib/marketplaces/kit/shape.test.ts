import { expect, test } from 'vitest';
import { z } from 'zod';
import { ContractError } from '#lib/platform/errors';
import { product } from '#lib/platform/table/items';
import { countryCode } from './country.ts';
import {
  count,
  flag,
  id,
  itemsOf,
  loose,
  looseList,
  looseText,
  looseWord,
  minorUnits,
  optional,
  optionalId,
  optionalObject,
  optionalText,
  ourId,
  readShape,
  spelled,
  text,
  trackingNumber,
} from './shape.ts';

const Shape = z.object({ id: text, note: optionalText, items: z.array(z.object({ quantity: count })) });
const fieldOf = (body: unknown, at?: string) => {
  try {
    readShape(Shape, body, at);
    return null;
  } catch (error) {
    return error instanceof ContractError ? error.detail.field : error;
  }
};

test('takes numbers as text and text as numbers, null and blank as absent', () => {
  const body = { id: 7, note: ' ', items: [{ quantity: '2' }, { quantity: 2.0 }], more: true };
  expect(readShape(Shape, body)).toEqual({ id: '7', note: undefined, items: [{ quantity: 2 }, { quantity: 2 }] });
  expect(readShape(Shape, { id: 'a', note: null, items: [] })).toEqual({ id: 'a', note: undefined, items: [] });
});

test.each([0, '0', '000-00', '-', ' ', 'N/A', 'null', null, {}, [], ['A', 'B']])(
  '%j is the number of no parcel',
  (told) => {
    expect(trackingNumber.parse(told)).toBeUndefined();
  },
);

test('an address in place of a number is told: without one nobody would hear that the parcel has left', () => {
  expect(trackingNumber.parse('https://dhl.example/A')).toBe('https://dhl.example/A');
});

test('a loose member is read, or says nothing', () => {
  expect([7, 'A', {}, true, null, 2 ** 60].map((told) => loose(optionalId).parse(told))).toEqual([
    ...['7', 'A', undefined, undefined, undefined, undefined],
  ]);
  expect([trackingNumber.parse(' JD0 '), trackingNumber.parse(['A']), optionalText.parse([])]).toEqual([
    'JD0',
    'A',
    undefined,
  ]);
});

test('names what is missing or wrong by its path', () => {
  expect(fieldOf({ id: 'a', items: [{}] }, 'order')).toBe('order.items[0].quantity');
  expect(fieldOf({ id: 'a', items: [{ quantity: 1 }, { quantity: '1.5' }] })).toBe('items[1].quantity');
  expect(fieldOf({ id: 'a', items: [{ quantity: -1 }] })).toBe('items[0].quantity');
  expect(fieldOf({ id: ' ', items: [] })).toBe('id');
  expect(fieldOf({ items: [] })).toBe('id');
  expect(fieldOf(null, 'order')).toBe('order');
  expect(fieldOf('text')).toBe('');
});

test('says missing of what is not there, and repeats no value', () => {
  expect(() => readShape(Shape, { id: 'a', items: null })).toThrow('items: is missing');
  expect(() => readShape(Shape, { id: ['Ana Torres'], items: [] })).toThrow(/^unexpected_shape: id: expected text$/);
});

test('refuses by name what JSON has rounded, wherever text is read, and numbers that are no id', () => {
  const Ids = z.object({ id, ref: optionalId, price: optionalText });
  const field = (json: string) => {
    try {
      return readShape(Ids, JSON.parse(json));
    } catch (error) {
      return (error as ContractError).detail.description;
    }
  };
  expect(field('{"id":9007199254740991,"ref":1e3,"price":50.5}')).toEqual({
    id: '9007199254740991',
    ref: '1000',
    price: '50.5',
  });
  const inexact = 'is a number that JSON cannot hold exactly: expected text';
  expect(field('{"id":9007199254740993}')).toBe(`id: ${inexact}`);
  expect(field('{"id":-90071992547409930001}')).toBe(`id: ${inexact}`);
  expect(field('{"id":1,"ref":1e300}')).toBe(`ref: ${inexact}`);
  expect(field('{"id":1,"price":90071992547409930001}')).toBe(`price: ${inexact}`);
  expect(field('{"id":"90071992547409930001"}')).toMatchObject({ id: '90071992547409930001' });
  expect(field('{"id":1.5}')).toBe('id: expected text or a whole number');
  expect(field('{"id":1,"ref":1.5}')).toBe('ref: expected text or a whole number');
});

test('takes ids as long as the keys of the table do, counted in bytes', () => {
  const isId = (value: unknown) => id.safeParse(value).success && optionalId.safeParse(value).success;
  expect([isId('x'.repeat(200)), isId('x'.repeat(201))]).toEqual([true, false]);
  expect([isId('ø'.repeat(100)), isId('ø'.repeat(101))]).toEqual([true, false]);
  expect(() => readShape(z.object({ id }), { id: 'x'.repeat(3000) }, 'order')).toThrow('order.id: is longer than 200');

  // Two such ids would be the same in a key, and invalid in a path.
  expect([isId('a\ud800b'), isId('a\udc00'), isId('😀')]).toEqual([false, false, true]);

  const [connection, longest] = ['c'.repeat(63), '#'.repeat(200)];
  expect(ourId.safeParse(`${connection}:${longest}~20`).success).toBe(true);
  const sort = product.byTime.sort({ sku: longest, id: `${connection}:${longest}` });
  expect(Buffer.byteLength(sort)).toBeLessThanOrEqual(1024);
});

test('reads countries by code, retired code and name', () => {
  const names = ['mx', 'MX', 'Mexico', 'méxico', 'Meksyk', 'UK', 'United Kingdom', 'Polska', 'Sverige', 'Germany'];
  const codes = names.map((name) => countryCode(name, 'country'));
  expect(codes).toEqual(['MX', 'MX', 'MX', 'MX', 'MX', 'GB', 'GB', 'PL', 'SE', 'DE']);
  expect(['SGP', 'pol', 'AND', 'UKR'].map((code) => countryCode(code, 'country'))).toEqual(['SG', 'PL', 'AD', 'UA']);
  expect(countryCode(undefined, 'country')).toBeUndefined();
  const longer = ['U.S.A.', 'United States of America', 'The Netherlands', 'Czech Republic', 'Great Britain'];
  expect(longer.map((name) => countryCode(name, 'country'))).toEqual(['US', 'US', 'NL', 'CZ', 'GB']);
  expect(() => countryCode('Atlantis', 'address.country')).toThrow('address.country');
});

test('what is empty is nothing, however it is written, and an object may be a list or its own member', () => {
  const Parts = z.object({
    a: optional(count),
    b: optional(flag),
    c: optionalObject(z.object({ name: text }), 'name'),
    d: looseList(z.object({ id })),
    e: looseWord,
  });
  const none = { a: undefined, b: undefined, c: undefined, d: [], e: undefined };
  for (const empty of [null, '', []]) {
    const body = { a: empty, b: empty, c: empty, d: empty, e: empty };
    expect(readShape(Parts, body)).toEqual(none);
  }
  expect(readShape(Parts, { a: '2', b: 'Yes', c: 'Ana', d: { id: 1 }, e: { id: 7, code: 3, name: 'cod' } })).toEqual({
    ...{ a: 2, b: true, c: { name: 'Ana' }, d: [{ id: '1' }], e: 'cod' },
  });
  expect(
    readShape(Parts, { b: 'N', c: [{ name: 'Ana' }], d: { 7: { id: 7 }, 9: { id: 9 }, 3: 5 }, e: ['x', 'y'] }),
  ).toEqual({ ...none, b: false, c: { name: 'Ana' }, e: 'x' });
  expect(fieldOf({ id: 'a', items: [] })).toBeNull();
  expect(itemsOf(z.object({ id })).parse({ 7: { id: 7 }, 9: { id: 9 } })).toEqual([{ id: '7' }, { id: '9' }]);
  expect(itemsOf(z.object({ id })).parse({ results: [{ id: 7 }] })).toEqual([{ id: '7' }]);
  expect(itemsOf(z.object({ id })).parse({ $id: '1', $type: 'List', $values: [{ $id: '2', id: 7 }] })).toEqual([
    { id: '7' },
  ]);
  expect(optional(flag).safeParse('maybe').success).toBe(false);
  expect(['tak', 'on', 't', 'nie', 'Nej', 'f'].map((word) => flag.parse(word))).toEqual([
    ...[true, true, true],
    ...[false, false, false],
  ]);
  // A thousand, or one with decimals: neither is guessed.
  expect(['2,00', '2.000', '1,000'].map((word) => count.safeParse(word).data)).toEqual([2, 2, undefined]);
});

test('a member of another name or spelling is read where its own says nothing, and is absent where none does', () => {
  const Named = spelled(() => ({ code: looseText, ship_to: looseText, none: looseText }), { code: ['kod'] });
  expect(Named.parse({ code: '', KOD: 'a', shipTo: 'b' })).toStrictEqual({ code: 'a', ship_to: 'b' });
  expect(Named.safeParse(null).success).toBe(false);
  // The id of an order or line must not depend on which other members are there.
  expect(spelled(() => ({ id: looseText })).parse({ _id: 'row' })).toEqual({});
  expect(spelled(() => ({ id: looseText })).parse({ Id: 'a' })).toEqual({ id: 'a' });
});

test('an amount in minor units has no decimals, also not as text', () => {
  expect([minorUnits.parse('50'), minorUnits.parse(-50)]).toEqual([50, -50]);
  expect(minorUnits.safeParse('50.00').success).toBe(false);
});
