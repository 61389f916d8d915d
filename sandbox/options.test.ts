import { expect, it } from 'vitest';
import { readOptions, refuseDefaultKey } from './options.ts';

const start = (args: string[], env: Record<string, string> = {}) => refuseDefaultKey(readOptions(env, args), env);

it('opens no real account to the key that stands in the documentation', () => {
  expect(() => start([])).not.toThrow();
  expect(() => start([], { PUBLIC_URL: 'http://localhost:4400' })).not.toThrow();
  expect(() => start(['--no-sandbox'])).toThrow(/^--no-sandbox needs a key of its own: set LONGSHORE_API_KEY/);
  expect(() => start(['--connections', 'f'])).toThrow(/^--connections needs/);
  expect(() => start(['--connections', 'f', '--no-sandbox'], { LONGSHORE_API_KEY: '' })).toThrow(
    /^--connections needs/,
  );
  expect(() => start([], { PUBLIC_URL: 'https://hub.example' })).toThrow(/^PUBLIC_URL https:\/\/hub\.example\/ needs/);
});

it('takes a key of its own, and the default one where it is asked for by name', () => {
  for (const LONGSHORE_API_KEY of ['lsk_own', 'local-dev-key'])
    expect(() =>
      start(['--connections', 'f', '--no-sandbox'], { LONGSHORE_API_KEY, PUBLIC_URL: 'https://hub.example' }),
    ).not.toThrow();
});

it.each([
  'hub.example',
  'ftp://hub.example',
  'https://hub.example/path',
  'https://u:p@hub.example',
  'https://h.example/?a',
])('refuses PUBLIC_URL %s', (PUBLIC_URL) =>
  expect(() => readOptions({ PUBLIC_URL }, [])).toThrow(/^PUBLIC_URL must be the hub's address/),
);
