import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeBody, recordReads } from './body-members.ts';
import { applyFields } from './fields.ts';
import { member } from './json.ts';
import { optionalText, readShape, text } from './shape.ts';

const Order = z.object({
  id: text,
  note: optionalText,
  raw: z.unknown(),
  items: z.array(z.object({ sku: text })),
  flags: z.optional(z.record(z.string(), z.object({ on: z.boolean() }))),
});
const read = (body: unknown) => readShape(Order, member(body, 'order'));
const describe = (raw: object, fields = {}) => {
  const { body, aliases } = applyFields(raw, fields);
  return describeBody(raw, recordReads(body, read), aliases);
};

const order = {
  id: 7,
  items: [
    { sku: 'A', color: 'red' },
    { sku: 'B', loyalty: { points: 3 } },
  ],
  vip: true,
  empty: [],
};

test('names what was not read, the topmost member of it, and nothing that says nothing', () => {
  const { unread } = describe({ order: { ...order, note: null, hint: null, word: '' }, sent_at: 'now' });
  expect(unread).toEqual(['order.items[].color', 'order.items[].loyalty', 'order.vip', 'sent_at']);
  expect(describe({ order: { id: 'a', items: [], raw: { a: 1 } } }).unread).toEqual(['order.raw.a']);
});

test('tells paths and types, and which of them were read, though the body could not be read to its end', () => {
  const { members } = describe({ order: { id: 7, items: [{ sku: 'A' }, { sku: 1 }, {}], note: null, other: [] } });
  expect(members).toEqual([
    { path: 'order.id', types: ['number'], isRead: true },
    { path: 'order.items[].sku', types: ['number', 'text'], isRead: true },
    { path: 'order.items[]', types: ['object'], isRead: true },
    { path: 'order.note', types: ['null'], isRead: true },
    { path: 'order.other', types: ['list'], isRead: false },
  ]);
});

test('a member that an alias moved is read where it came from', () => {
  const body = { order: { id: 'a', delivery: { code: 'x', floor: 2 }, rows: [{ ref: 'A', kind: 'b' }] } };
  const { unread } = describe(body, { 'delivery.code': 'note', rows: 'items', 'items[].ref': 'items[].sku' });
  expect(unread).toEqual(['order.delivery.floor', 'order.rows[].kind']);
});

test('keys that are data are none of its names: ids, SKUs, addresses, and maps of many or of one kind', () => {
  const pathsOf = (map: object) => new Set(describe({ order: { map } }).members.map(({ path }) => path));
  const star = new Set(['order.map.*']);
  expect(pathsOf({ ord_8f3a: 1, 'MUG-RED': 2, 'ana@example.com': 3, '5901': 4 })).toEqual(star);
  expect(
    pathsOf(Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`k${'abcdefgh'[at % 8]}${at % 90}`, 1]))),
  ).toEqual(star);
  expect(pathsOf({ MUG: { qty: 1 }, CUP: { qty: 2 }, PAN: { qty: 3 } })).toEqual(new Set(['order.map.*.qty']));
  expect(pathsOf({ line_1: 'a', street2: 'b', isVip: 1, 'Ana Torres': 2 })).toEqual(
    new Set(['order.map.line_1', 'order.map.street2', 'order.map.isVip', 'order.map.*']),
  );
  const flags = { '12': { on: true }, '13': { on: false } };
  expect(describe({ order: { ...order, flags } }).unread).not.toContain('order.flags');
});

test('stays small for a body of any size and depth', () => {
  const wide = Object.fromEntries(
    Array.from({ length: 35 }, (_, at) => [`a${'x'.repeat(at)}`, { b: at, ['c'.repeat(at + 1)]: at }]),
  );
  let deep: object = { value: 1 };
  for (let depth = 0; depth < 50; depth++) deep = { deep };
  const many = { order: Array.from({ length: 30 }, (_, at) => ({ [`p${'y'.repeat(at)}`]: wide })), deep };
  const { members, unread } = describe(many);
  expect([members.length <= 300, unread.length <= 30]).toEqual([true, true]);
  expect(describe({ deep }).unread).toEqual(['deep']);
});
