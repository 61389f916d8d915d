import { expect, test } from 'vitest';
import { publicJwk, publishedKeys, readKeys, rememberKeys, rotated, signingKey } from './keys.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.parse('2026-11-01T00:00:00Z');
const kids = (keys: ReturnType<typeof rotated>) => keys.map(({ jwk }) => jwk.kid);

test('the first key signs at once; a new one is published first, signs after five minutes, and the old one stays seven days', () => {
  const first = rotated([], START);
  expect(signingKey(first, START)).toBe(first[0]);
  const at = START + DAY;
  const both = rotated(first, at);
  const [newer, older] = kids(both);
  expect(kids(publishedKeys(both, at))).toEqual([newer, older]);
  expect(signingKey(both, at)?.jwk.kid).toBe(older);
  expect(signingKey(both, at + 5 * MINUTE)?.jwk.kid).toBe(newer);
  expect(kids(publishedKeys(both, at + 7 * DAY))).toEqual([newer, older]);
  expect(kids(publishedKeys(both, at + 7 * DAY + 5 * MINUTE))).toEqual([newer]);
  expect(kids(rotated(both, at + 8 * DAY))).toHaveLength(2);
});

test('what is published is public', () => {
  const [key] = rotated([]);
  if (!key) throw new Error('there is no key');
  const shown = publicJwk(key);
  expect(shown).toEqual({
    ...{ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid: key.jwk.kid },
    ...{ x: expect.stringMatching(/^[\w-]{43}$/), y: expect.stringMatching(/^[\w-]{43}$/) },
  });
  expect(JSON.stringify(shown)).not.toContain(key.jwk.d);
});

test('no key is none', async () => {
  expect(await readKeys(async () => undefined)).toEqual([]);
  const keys = rotated([]);
  expect(await readKeys(async () => JSON.stringify({ connections: {}, ucpKeys: keys }))).toEqual(keys);
  await expect(readKeys(async () => 'sk_1')).rejects.toThrow(/^the secret endpoint holds no document/);
});

test('a key that leaked is out of use within seconds, and where there is none the first one is found as soon as it is made', async () => {
  let [now, reads] = [START, 0];
  let made: ReturnType<typeof rotated> = [];
  const getKeys = rememberKeys(
    async () => {
      reads += 1;
      return made;
    },
    () => now,
  );
  expect(await getKeys()).toEqual([]);
  expect(await getKeys()).toEqual([]);
  expect(reads).toBe(1);
  made = rotated([], now);
  now += 1_000;
  expect(await getKeys()).toBe(made);
  now += 4_999;
  expect(await getKeys()).toBe(made);
  expect(reads).toBe(2);
  made = rotated([], now);
  now += 1;
  expect(await getKeys()).toBe(made);
});
