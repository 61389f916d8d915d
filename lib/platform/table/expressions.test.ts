import { expect, it } from 'vitest';
import { allOf, anyOf, equals, isAbsent, isAtMost, isUnset } from './expressions.ts';

it('puts parentheses only around what AND would bind apart', () => {
  const isFree = anyOf(isUnset('lease'), isAtMost('lease.until', 3));
  expect(allOf(isFree, equals('a', 1)).text).toBe(
    '(attribute_not_exists(#lease) OR attribute_type(#lease, :null) OR #lease.#until <= :most_lease_until) AND #a = :is_a',
  );
  expect(anyOf(allOf(equals('a', 1), isAbsent('b')), equals('c', 1)).text).toBe(
    '#a = :is_a AND attribute_not_exists(#b) OR #c = :is_c',
  );
  expect(allOf(allOf(equals('a', 1), anyOf(equals('b', 1))), equals('c', 1)).text).toBe(
    '#a = :is_a AND (#b = :is_b) AND #c = :is_c',
  );
});
