import { expect, it } from 'vitest';
import { isOwnHost } from './own-host.ts';

it.each(['127.0.0.1', '127.0.0.1:4400', 'localhost:4400', 'LOCALHOST', '[::1]:4400', 'hub.example', 'hub.example:443'])(
  'takes %s',
  (host) => expect(isOwnHost(host, 'https://hub.example')).toBe(true),
);

it.each([
  ...[undefined, '', 'evil.example', 'evil.example:4400', 'hub.example.evil.example', '127.0.0.1.evil.example'],
  ...['evil.example@127.0.0.1', '127.0.0.1/evil.example', '127.0.0.1, evil.example', '192.168.0.2:4400', ' localhost'],
])('refuses %s', (host) => expect(isOwnHost(host, 'https://hub.example')).toBe(false));

it('takes loopback alone where nobody else reaches the hub', () => {
  expect(isOwnHost('hub.example')).toBe(false);
  expect(isOwnHost('localhost')).toBe(true);
});
