import { expect, test } from 'vitest';
import { amountsIn } from './amounts.ts';

test('a figure that only controls refuses nothing, and is named where nobody can read it', () => {
  const { control, told } = amountsIn('EUR');
  const figures = { none: null, blank: '', noise: 3e-10, text: ' 1.5 ', words: 'free', object: { value: 1 } };
  const read = Object.entries(figures).map(([field, value]) => control(value, field));
  expect(read).toEqual([undefined, undefined, 0, 150, undefined, undefined]);
  expect(told()).toEqual({ assumed: ['words: unreadable, left out', 'object: unreadable, left out'] });
});

test('what is needed names the path of the body, what was assumed its own', () => {
  const { minor, told } = amountsIn('JPY', (field) => `order.${field}`);
  expect(minor('10.4', 'price')).toBe(10);
  expect(() => minor({}, 'price')).toThrow('order.price');
  expect(told()).toEqual({ assumed: ['price: rounded to the decimals of JPY'] });
});
