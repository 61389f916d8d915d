import { expect, test } from 'vitest';
import { createPlatforms } from './platforms.ts';

const URL_OF = 'https://platform.example/ucp/profile.json?v=2';
const profileOf = (...kids: string[]) => ({ ucp: {}, signing_keys: kids.map((kid) => ({ kid, kty: 'EC' })) });

/** A platform whose profile the test changes, and how often it was read. */
function start(answer: () => Response) {
  let now = 0;
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    asked.push(`${init?.redirect} ${url}`);
    return answer();
  };
  const findKey = createPlatforms({ fetch, clock: () => now });
  return { asked, find: (kid: string) => findKey(URL_OF, kid), pass: (ms: number) => (now += ms) };
}

test('a profile is read once, and anew for an unknown key once a minute', async () => {
  let kids = ['one'];
  const { asked, find, pass } = start(() => Response.json(profileOf(...kids)));
  expect(await find('one')).toMatchObject({ kid: 'one' });
  expect(await find('two')).toBeUndefined();
  kids = ['one', 'two'];
  expect(await find('two')).toBeUndefined();
  expect(asked).toEqual([`manual ${URL_OF}`]);
  pass(60_000);
  expect(await find('one')).toBeDefined();
  expect(asked).toHaveLength(1);
  expect(await find('two')).toMatchObject({ kid: 'two' });
  pass(600_000);
  await find('one');
  expect(asked).toHaveLength(3);
});

test.each([
  ['is not there', () => new Response('', { status: 404 }), 424, 'profile_unreachable'],
  ['is elsewhere', () => new Response('', { status: 302, headers: { location: '/' } }), 424, 'profile_unreachable'],
  ['is no JSON', () => new Response('<html>'), 422, 'profile_malformed'],
  ['has keys without ids', () => Response.json({ signing_keys: [{ kty: 'EC' }] }), 422, 'profile_malformed'],
  ['is endless', () => new Response('x'.repeat(300_000)), 424, 'profile_unreachable'],
])('a profile that %s is refused', async (_what, answer, status, code) => {
  await expect(start(answer).find('one')).rejects.toMatchObject({ status, code });
});
