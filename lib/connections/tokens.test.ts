import { expect, test } from 'vitest';
import { NotYetError, RejectedError, RetryableError } from '#lib/platform/errors';
import * as items from '#lib/platform/table/items';
import { getItem } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { newKey, unseal } from './seal.ts';
import { getToken, type TokenGrants, type TokenPair } from './tokens.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

/** A connection whose tokens hold an hour and whose clock the test moves; waits move it too. */
function startTokens() {
  const table = memoryTable();
  let now = NOON;
  let made = 0;
  const pass = (ms: number): void => {
    now += ms;
  };
  const asked: string[] = [];
  const pair = (): TokenPair => ({
    accessToken: `access-${++made}`,
    validUntil: new Date(now + 3_600_000).toISOString(),
    refreshToken: `refresh-${made}`,
  });
  const grants: TokenGrants = {
    login: async () => {
      asked.push('login');
      return pair();
    },
    refresh: async (token) => {
      asked.push(token);
      return pair();
    },
  };
  let tokenKey: string | undefined = newKey();
  const here = { table, keyOf: async () => tokenKey, now: () => now, wait: async (ms: number) => pass(ms) };
  return {
    ...{ table, asked, grants },
    stored: () => getItem<Record<string, unknown>>(items.token.key({ connection: 'shop' }), table),
    setKey: (key: string | undefined) => {
      tokenKey = key;
    },
    token: (stale?: string, other = grants) => getToken({ id: 'shop', marketplace: 'm' }, other, stale, here),
    pass,
  };
}

test('one login serves everybody until the token is about to lapse; then its refresh token is spent, once', async () => {
  const { token, asked, pass } = startTokens();
  expect(await Promise.all([token(), token(), token()])).toEqual(['access-1', 'access-1', 'access-1']);
  pass(3_600_000 - 62_000);
  expect(await token()).toBe('access-1');
  pass(2_000);
  expect(await Promise.all([token(), token()])).toEqual(['access-2', 'access-2']);
  expect(asked).toEqual(['login', 'refresh-1']);
});

test('a token that the remote refused is replaced, whatever its life', async () => {
  const { token } = startTokens();
  expect(await token()).toBe('access-1');
  expect(await token('access-1')).toBe('access-2');
  expect(await token('access-1')).toBe('access-2');
});

test('a refresh token that is spent is followed by a login; any other failure is thrown and lets the next one try', async () => {
  const { token, grants, asked } = startTokens();
  await token();
  const spent = new RejectedError({ code: 'http_400', description: 'spent' });
  expect(await token('access-1', { ...grants, refresh: () => Promise.reject(spent) })).toBe('access-2');
  const away = new RetryableError({ code: 'http_503', description: 'away' });
  await expect(token('access-2', { ...grants, refresh: () => Promise.reject(away) })).rejects.toBe(away);
  expect(await token('access-2')).toBe('access-3');
  expect(asked).toEqual(['login', 'login', 'refresh-2']);
});

test('who waits for another in vain comes back later, and one that died is replaced', async () => {
  const { token, table, pass, stored } = startTokens();
  const holder = { owner: 'somebody', until: new Date(NOON + 150_000).toISOString() };
  await table.put({ Item: { ...items.token.key({ connection: 'shop' }), holder } });
  await expect(token()).rejects.toBeInstanceOf(NotYetError);
  pass(150_000);
  expect(await token()).toBe('access-1');
  expect(await stored()).not.toHaveProperty('holder');
});

test('the table holds no token that can be read without the key, and none of another connection', async () => {
  const { token, stored, table } = startTokens();
  await token();
  const item = await stored();
  expect(Object.keys(item ?? {}).sort()).toEqual(['renewAt', 'sealed']);
  expect(JSON.stringify(item)).not.toMatch(/access-1|refresh-1/);
  await table.put({ Item: { ...item, ...items.token.key({ connection: 'other' }) } });
  const { sealed } = (await getItem<{ sealed: string }>(items.token.key({ connection: 'other' }), table)) ?? {};
  expect(unseal(sealed ?? '', 'A'.repeat(44), 'shop')).toBeUndefined();
});

test('a token that an older version left in the clear is used, and sealed when it is renewed', async () => {
  const { token, table, stored, pass, asked } = startTokens();
  const plain = {
    accessToken: 'plain',
    validUntil: new Date(NOON + 3_600_000).toISOString(),
    renewAt: new Date(NOON + 3_540_000).toISOString(),
    refreshToken: 'refresh-plain',
    refreshUntil: new Date(NOON + 86_400_000).toISOString(),
  };
  await table.put({ Item: { ...items.token.key({ connection: 'shop' }), ...plain } });
  expect(await token()).toBe('plain');
  pass(3_540_000);
  expect(await token()).toBe('access-1');
  expect(asked).toEqual(['refresh-plain']);
  expect(Object.keys((await stored()) ?? {}).sort()).toEqual(['renewAt', 'sealed']);
  expect(await token()).toBe('access-1');
});

test('what was sealed with a key that is gone is followed by a login; without any key tokens stay in the clear', async () => {
  const { token, setKey, asked, stored } = startTokens();
  await token();
  setKey(newKey());
  expect(await token()).toBe('access-2');
  setKey(undefined);
  expect(await token()).toBe('access-3');
  expect(await stored()).toMatchObject({ accessToken: 'access-3' });
  expect(await token()).toBe('access-3');
  expect(asked).toEqual(['login', 'login', 'login']);
});
