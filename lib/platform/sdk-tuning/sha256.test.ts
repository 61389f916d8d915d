import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sha256 } from './sha256.ts';

const digestOf = async (hash: Sha256, parts: readonly (string | Uint8Array)[]) => {
  for (const part of parts) hash.update(part);
  return Buffer.from(await hash.digest()).toString('hex');
};

it('hashes and signs any text and bytes, in any parts, as node:crypto does', async () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array());
  await fc.assert(
    fc.asyncProperty(fc.array(part), fc.oneof(fc.string({ minLength: 1 }), fc.uint8Array()), async (parts, secret) => {
      const [plain, keyed] = [createHash('sha256'), createHmac('sha256', secret)];
      for (const each of parts) {
        plain.update(each);
        keyed.update(each);
      }
      expect(await digestOf(new Sha256(), parts)).toBe(plain.digest('hex'));
      expect(await digestOf(new Sha256(secret), parts)).toBe(keyed.digest('hex'));
    }),
  );
});

it('forgets what it was given on reset', async () => {
  const hash = new Sha256();
  hash.update('a');
  hash.reset();
  expect(await digestOf(hash, ['b'])).toBe(createHash('sha256').update('b').digest('hex'));
});
