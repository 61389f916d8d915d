import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { hashKey } from './keys.ts';
import { CODE_SECONDS, openSessions, SESSION_SECONDS } from './sessions.ts';

const operator = { name: 'operator', scopes: ['ops'] } as const;

function open() {
  const clock = { now: Date.parse('2026-11-20T08:15:00.000Z') };
  const keys = new Map([[hashKey('right'), operator]]);
  const table = memoryTable();
  const sessions = openSessions({ table, findKey: async (hash) => keys.get(hash), now: () => clock.now });
  return { clock, keys, sessions };
}

test('a session stands for a key until its time is over, it is ended, or its key is', async () => {
  const { clock, keys, sessions } = open();
  expect(await sessions.startWithKey('wrong')).toBeUndefined();
  const started = await sessions.startWithKey('right');
  const token = started?.token ?? '';
  expect(await sessions.find(token)).toEqual({ key: operator, expiresAt: '2026-11-20T16:15:00.000Z' });
  expect(await sessions.find('made-up')).toBeUndefined();
  clock.now += SESSION_SECONDS * 1000;
  expect(await sessions.find(token)).toBeUndefined();

  const second = (await sessions.startWithKey('right'))?.token ?? '';
  await sessions.end(second);
  expect(await sessions.find(second)).toBeUndefined();
  const third = (await sessions.startWithKey('right'))?.token ?? '';
  keys.clear();
  expect(await sessions.find(third)).toBeUndefined();
});

test('a code begins one session, for some minutes', async () => {
  const { clock, sessions } = open();
  const { code } = await sessions.createCode('right');
  const both = await Promise.all([sessions.startWithCode(code), sessions.startWithCode(code)]);
  expect(both.filter(Boolean)).toHaveLength(1);
  const late = await sessions.createCode('right');
  clock.now += CODE_SECONDS * 1000;
  expect(await sessions.startWithCode(late.code)).toBeUndefined();
  expect(await sessions.find(late.code)).toBeUndefined();
});
