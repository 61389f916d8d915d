import { expect, test } from 'vitest';
import { readForm } from './form.ts';

const read = (text: string) => JSON.parse(JSON.stringify(readForm(Buffer.from(text)) ?? null));

test.each([
  [
    'order[id]=5021&order[canal]=a+b&tipo=order%2Fcreated',
    { order: { id: '5021', canal: 'a b' }, tipo: 'order/created' },
  ],
  ['order%5Bid%5D=7', { order: { id: '7' } }],
  ['items[][sku]=A', { items: { sku: 'A' } }],
  [
    'items[][id]=1&items[][tags][]=x&items[][tags][]=y&items[][sku]=A&items[][id]=2&items[][sku]=B',
    { items: { 0: { id: '1', tags: 'y', sku: 'A' }, 1: { id: '2', sku: 'B' } } },
  ],
  ['tags[]=x&tags[]=y', { tags: { 0: 'x', 1: 'y' } }],
  ['payload=%7B%22id%22%3A7%7D', { id: 7 }],
  ['id=7', 7],
  ['status=shipped', { status: 'shipped' }],
  ['a=1&a[b]=2', { a: { b: '2' } }],
])('reads %s', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each(['', 'not a form', '<html>', '{"a":', '=', '[1,'])('%j is none', (text) => {
  expect(readForm(Buffer.from(text))).toBeUndefined();
});

test('reaches no prototype', () => {
  read('__proto__[polluted]=1&constructor[prototype][polluted]=1');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
