import { expect, test } from 'vitest';
import { isAllowedSource, isSource } from './sources.ts';

test.each(['203.0.113.7', '203.0.113.0/24', '0.0.0.0/0', '2001:db8::/32', '2001:db8::1', '::/0'])(
  '%s is a source',
  (text) => expect(isSource(text)).toBe(true),
);

test.each([
  '',
  'example.com',
  '203.0.113',
  '203.0.113.0/33',
  '203.0.113.0/',
  '2001:db8::/129',
  ' 203.0.113.7',
  '203.0.113.0/24,::1',
  '256.0.0.1',
])('"%s" is none', (text) => expect(isSource(text)).toBe(false));

test.each([
  ['203.0.113.7', true],
  ['::ffff:203.0.113.7', true],
  ['203.0.114.7', false],
  ['2001:db8:1::5', true],
  ['2001:db9::5', false],
  ['', false],
  ['unknown', false],
])('of 203.0.113.0/24 and 2001:db8::/32, %s: %s', (sourceIp, allowed) =>
  expect(isAllowedSource(['203.0.113.0/24', '2001:db8::/32'], sourceIp)).toBe(allowed),
);

test('without a list anybody may call, and with an empty one nobody', () => {
  expect(isAllowedSource(undefined, '198.51.100.1')).toBe(true);
  expect(isAllowedSource([], '198.51.100.1')).toBe(false);
});
