import { expect, it } from 'vitest';
import { orderOf } from '#test/support/orders';
import { derive, storedOf, wholeOf } from './derive.ts';

it('is stored without what is derived of the rest, and is whole again when it is read', () => {
  const order = { ...orderOf(), note: 'kept' };
  const stored = storedOf(order);
  expect(stored).not.toHaveProperty('ucp');
  expect(stored).not.toHaveProperty('buyer');
  expect(stored.history).not.toHaveProperty('originals');
  const read = JSON.parse(JSON.stringify(stored));
  expect(wholeOf(read)).toEqual(order);
  expect(wholeOf(read)).toBe(wholeOf(read));
});

it('is stored whole where something else stands than would be derived, as an earlier version derived it', () => {
  const order = orderOf();
  const older = { ...order, ucp: { ...order.ucp, label: 'as it was called' } };
  expect(storedOf(older)).toBe(older);
  expect(wholeOf(older)).toBe(older);
  expect(wholeOf(undefined)).toBeUndefined();
});

it('keeps original quantities that the snapshot which stands does not tell, whatever was stored before', () => {
  const order = orderOf();
  const { history } = order;
  const older = history.originals.map((each) => ({ ...each, version: '2026-11-01T00:00:00.000Z' }));
  for (const originals of [
    older,
    [...older, { ...older[0], id: 'li_gone' }],
    history.originals.slice(1),
    [],
  ] as const) {
    const changed = derive({ ...order, history: { ...history, originals: originals as typeof older } });
    expect(wholeOf(JSON.parse(JSON.stringify(storedOf(changed))))).toEqual(changed);
  }
  expect(wholeOf({ ...storedOf(order), history })).toEqual(order);
});
