import { expect, test } from 'vitest';
import { applyFields, Fields, translate } from './fields.ts';

const applied = (raw: unknown, fields: Record<string, string>) => applyFields(raw, fields).body;

test('reads a member where its vendor puts it as the one that the connector looks for', () => {
  const raw = { delivery: { street: 'Calle 1' }, items: [{ code: 'A' }, { sku: 'B' }, { code: 'C', sku: 'X' }] };
  const fields = { 'delivery.street': 'shipping_address.street_address', 'items[].code': 'items[].sku' };
  expect(applied(raw, fields)).toMatchObject({
    shipping_address: { street_address: 'Calle 1' },
    items: [{ sku: 'A' }, { sku: 'B' }, { sku: 'C' }],
  });
  expect(raw).not.toHaveProperty('shipping_address');
});

test('moves whole lists and objects, one alias after the other', () => {
  const fields = { 'cart.products': 'items', 'items[].ref': 'items[].sku', 'to.address': 'shipping_address' };
  const raw = { cart: { products: [{ ref: 'A' }] }, to: { address: { street: 'x' } } };
  expect(applied(raw, fields)).toMatchObject({ items: [{ sku: 'A' }], shipping_address: { street: 'x' } });
  expect(
    applied({ rows: [{ codes: [{ v: 1 }, { v: 2 }] }] }, { 'rows[].codes[].v': 'items[].ids[].id' }),
  ).toMatchObject({
    items: [{ ids: [{ id: 1 }, { id: 2 }] }],
  });
});

test('moves the same in whatever order the table gives the aliases', () => {
  const fields = {
    'to.address': 'shipping_address',
    'to.phone': 'shipping_address.phone',
    'cart.products': 'items',
    'items[].ref': 'items[].sku',
    'names[].v': 'items[].title',
    'b.note': 'note',
    'a.note': 'note',
    // One member gives up its place to another.
    'to.name': 'to.company',
    'to.person': 'to.name',
  };
  const raw = {
    ...{
      cart: { products: [{ ref: 'A' }] },
      names: [{ v: 'Mug' }],
      to: { address: { street: 'x' }, phone: '1', name: 'ACME', person: 'Jan' },
    },
    ...{ a: { note: 'of a' }, b: { note: 'of b' } },
  };
  for (const entries of [Object.entries(fields), Object.entries(fields).reverse()])
    expect(applied(raw, Object.fromEntries(entries))).toMatchObject({
      ...{ items: [{ sku: 'A', title: 'Mug' }], shipping_address: { street: 'x', phone: '1' }, note: 'of b' },
      to: { company: 'ACME', name: 'Jan' },
    });
});

test('gives nothing for a member that is not there and whose place another one takes', () => {
  const fields = { 'to.name': 'to.company', 'to.person': 'to.name' };
  for (const absent of [{}, { name: null }])
    expect(applied({ to: { person: 'Jan', ...absent } }, fields)).toEqual({ to: { person: 'Jan', name: 'Jan' } });
});

test('needs no name of an envelope, and leaves alone what is absent, null or no object', () => {
  const fields = { 'delivery.street': 'shipping_address.street_address' };
  const { body, aliases } = applyFields({ at: 1, order: { delivery: { street: 'x' } } }, fields);
  expect(body).toMatchObject({ order: { shipping_address: { street_address: 'x' } } });
  expect(translate('order.delivery.street', aliases)).toEqual([
    ...['order.delivery.street', 'order.shipping_address.street_address'],
  ]);
  const kept = { delivery: { street: null }, shipping_address: 'Calle 1' };
  expect(applied(kept, fields)).toEqual(kept);
  expect(applied({ ...kept, delivery: { street: 'x' } }, fields)).toMatchObject({ shipping_address: 'Calle 1' });
  // An empty object as PHP and XML write it.
  for (const shipping_address of ['', [], {}])
    expect(applied({ delivery: { street: 'x' }, shipping_address }, fields)).toMatchObject({
      shipping_address: { street_address: 'x' },
    });
  for (const body of [null, 7, 'x', []]) expect(applied(body, fields)).toEqual(body);
});

test('refuses paths that are none, that leave a list, or that no body has', () => {
  const problemOf = (fields: Record<string, string>) => {
    const { success, error } = Fields.safeParse(fields);
    return success ? null : [error.issues[0]?.path, error.issues[0]?.message];
  };
  expect(problemOf({ 'items[].code': 'items[].sku', a: 'b.c' })).toBeNull();
  expect(problemOf({ 'items[].code': 'sku' })).toEqual([
    ['items[].code'],
    'must have as many [] as "items[].code": each item keeps its place',
  ]);
  for (const path of ['', 'a..b', 'items[0].sku', '.a', 'a b', '__proto__.x', 'a.constructor.b'])
    expect(problemOf({ a: path }), path).not.toBeNull();
});
