import { expect, test } from 'vitest';
import { z } from 'zod';
import { ContractError } from '#lib/platform/errors';
import { countryCode } from './country.ts';
import { count, optionalText, readShape, text } from './shape.ts';

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

test('reads countries by code, retired code and name', () => {
  const names = ['mx', 'MX', 'Mexico', 'méxico', 'Meksyk', 'UK', 'United Kingdom', 'Polska', 'Sverige', 'Germany'];
  const codes = names.map((name) => countryCode(name, 'country'));
  expect(codes).toEqual(['MX', 'MX', 'MX', 'MX', 'MX', 'GB', 'GB', 'PL', 'SE', 'DE']);
  expect(countryCode(undefined, 'country')).toBeUndefined();
  expect(() => countryCode('Atlantis', 'address.country')).toThrow('address.country');
});
