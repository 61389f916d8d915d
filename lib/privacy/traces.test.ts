import { expect, test } from 'vitest';
import { hasTrace } from './traces.ts';

test.each([
  ['JSON', '{"email":"ana@shop.example"}'],
  ['JSON that escapes its letters', '{"email":"\\u0061na@shop.example"}'],
  ['a form', 'buyer%5Bemail%5D=ana%40shop.example&x=1'],
  ['JSON in a form', `payload=${encodeURIComponent('{"email":"\\u0061na@shop.example"}')}`],
  ['JSON that was cut', '{"email":"\\u0061na@shop.example","note":"ring'],
  ['neither', 'from ANA@shop.example'],
])('a buyer is found in %s', (_, body) => {
  expect(hasTrace(body, ['ana@shop.example'])).toBe(true);
  expect(hasTrace(body, ['ann@shop.example'])).toBe(false);
});

test.each(['{"id":"5021"}', '{"order":{"orderId":5021}}', 'order%5Bid%5D=5021', 'payload=%7B%22id%22%3A%225021%22%7D'])(
  'an order’s id is found in %s',
  (body) => {
    expect(hasTrace(body, ['"5021"'])).toBe(true);
    expect(hasTrace(body, ['"502"'])).toBe(false);
  },
);

test('a number that is no id is nobody’s', () => {
  expect(hasTrace('{"total":5021}', ['"5021"'])).toBe(false);
});
