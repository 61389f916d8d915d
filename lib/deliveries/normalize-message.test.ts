import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasReason, normalizeMessage } from './normalize-message.ts';

test.each([
  ['order 1001 not found', 'order SC-77-b not found', 'order … not found'],
  ['order ord_8f3a is unknown', 'order 12345678 is unknown', 'order … is unknown'],
  ["carrier 'Estafeta' is not mapped", 'carrier "Paquete Express" is not mapped', 'carrier … is not mapped'],
  ['lines 1, 2 and 3 are gone', 'lines A7 are gone', 'lines … are gone'],
  ['expired at 2026-11-20T08:15:00.000Z', 'expired at Fri, 20 Nov 2026 08:15:00 GMT', 'expired at …'],
  ['due on 20/11/2026 at 8:15', 'due on 1.2.2027 at 12:00', 'due on … at …'],
  ['total 1,250.00 differs from -3', 'total 7 differs from 8', 'total … differs from …'],
  ['mail anna@shop.test bounced', 'mail b.c+d@x.example bounced', 'mail … bounced'],
  ['see https://shop.test/o/1?x=y for it', 'see http://a.test for it', 'see … for it'],
  ["it can't ship 'A1'  yet", 'it can\'t ship "Z9" yet', "it can't ship … yet"],
  ['/orders/77/fulfill failed', '/orders/ab-3/fulfill failed', '/orders/…/fulfill failed'],
])('%j and %j are one reason', (one, other, reason) => {
  expect(normalizeMessage(one)).toBe(reason);
  expect(normalizeMessage(other)).toBe(reason);
});

test('other words are another reason, also in JSON', () => {
  const reasons = [
    'carrier unknown',
    'carrier missing',
    '{"error":{"carrier":["is unknown"]},"id":7}',
    '{"error":{"carrier":["is missing"]},"id":8}',
  ];
  expect(new Set(reasons.map(normalizeMessage)).size).toBe(reasons.length);
  expect(normalizeMessage('{"error":"no order 7"}')).toBe(normalizeMessage('{"error":"no order ab12"}'));
});

test('a reason cut off by the cap on its length is the reason of one that was not', () => {
  const long = (id: string) => `order ${id} ${'cannot be fulfilled '.repeat(30)}`.slice(0, 500);
  expect(normalizeMessage(long('1'))).toBe(normalizeMessage(long('a-much-longer-id-0123456789')));
  expect(normalizeMessage(long('1'))).toMatch(/…$/);
  expect(normalizeMessage(long('1')).length).toBeLessThanOrEqual(200);
});

test('normalizing twice is normalizing once, whatever was said', () => {
  const words = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('order', '…', '"x', "'a'", '2026-11-20', 'may 3', 'x@y.de', '7', ', ', ' and ', '«', '{"a":1}'),
    ),
  );
  fc.assert(
    fc.property(words, (parts) => {
      const once = normalizeMessage(parts.join(' '));
      expect(normalizeMessage(once)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

test('a reason is meant by itself, and by what a session was shown of it', () => {
  const message = 'no street Storgatan 12 in Lund for Ana Ruiz';
  for (const reason of [message, normalizeMessage(message), 'no street S••••• in Lund for A••••• R•••••'])
    expect(hasReason(reason)(message), reason).toBe(true);
  for (const other of ['no street S••••• in Malmö for A••••• R•••••', 'S••••• in Lund for A••••• R•••••', 'no street'])
    expect(hasReason(other)(message), other).toBe(false);
  expect(hasReason('A•••••')('')).toBe(false);
  const long = 'x '.repeat(100);
  expect(hasReason(`${'x••••• '.repeat(28)}y`)(long)).toBe(false);
});
