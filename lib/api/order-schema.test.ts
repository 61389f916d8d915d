import { expect, test } from 'vitest';
import { LineItems } from './order-schema.ts';

test('a caller may name all lines of an order of 2,000 at once: they may ship in one parcel', () => {
  const lines = Array.from({ length: 2_000 }, (_, n) => ({ id: `li_${n}`, quantity: 1 }));
  expect(LineItems.safeParse(lines).success).toBe(true);
});
