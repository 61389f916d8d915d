import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newKey, seal, unseal } from './seal.ts';

test('any text comes back with its key and for what it was sealed, and never otherwise', () => {
  const key = newKey();
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, of) => {
      const sealed = seal(text, key, of);
      expect(unseal(sealed, key, of)).toBe(text);
      expect(unseal(sealed, key, `${of}-`)).toBeUndefined();
      expect(unseal(sealed, newKey(), of)).toBeUndefined();
      expect(seal(text, key, of)).not.toBe(sealed);
    }),
  );
});

test('what was changed or is no sealed text is nothing', () => {
  const key = newKey();
  const bytes = Buffer.from(seal('secret', key, 'shop'), 'base64');
  for (const index of [0, 13, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(unseal(changed.toString('base64'), key, 'shop')).toBeUndefined();
  }
  for (const text of ['', 'x', 'plain text']) expect(unseal(text, key, 'shop')).toBeUndefined();
  expect(unseal(seal('secret', key, 'shop'), 'short', 'shop')).toBeUndefined();
});
