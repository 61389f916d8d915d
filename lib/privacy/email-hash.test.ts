import { expect, test } from 'vitest';
import { isOneAddress, normalEmail } from './email-hash.ts';

test.each([
  'ana@example.com',
  'Ana Torres <ana@example.com>',
  'ANA@example.com <mailto:ana@EXAMPLE.com>',
  'mailto:ana@example.com?subject=hi@there&cc=',
  "o'neill+shop@example.co.uk.",
  '"Ana @ Shop" <ana@example.com>',
  'ana＠example.com',
])('%j names one address', (text) => {
  expect(isOneAddress(text)).toBe(true);
  expect(normalEmail(text)).toMatch(/^[^@\s]+@[^@\s]+$/);
});

test.each([
  'ana@example.com, elena@example.com',
  'ana＠example.com elena@example.com',
  'Ana <ana@example.com>; Elena <elena@example.com>',
  'ana@example.com\nelena@example.com',
])('%j names two, of which only the first would be looked for', (text) => {
  expect(isOneAddress(text)).toBe(false);
});

test.each(['x', '@', 'İ', 'a@', '\u0301'])('a text of 200 KB of %j is no address, which is seen at once', (part) => {
  const began = performance.now();
  const address = normalEmail(part.repeat(200_000 / part.length));
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(address.length).toBeLessThanOrEqual(2_000);
});
