import { expect, test } from 'vitest';
import { createPlatforms } from './platforms.ts';

const URL_OF = 'https://platform.example/ucp/profile.json?v=2';
const profileOf = (...kids: string[]) => ({ ucp: {}, signing_keys: kids.map((kid) => ({ kid, kty: 'EC' })) });

interface Answer {
  status?: number;
  body: unknown;
}

/** A platform whose profile the test changes, and how often it was read. */
function start(answer: () => Answer) {
  let now = 0;
  const asked: string[] = [];
  const read = async (url: string) => {
    asked.push(url);
    const { status = 200, body } = answer();
    return { status, headers: new Headers(), body };
  };
  const findKey = createPlatforms(read, () => now);
  return { asked, find: (kid: string) => findKey(URL_OF, kid), pass: (ms: number) => (now += ms) };
}

test('a profile is read once, and anew for an unknown key once a minute', async () => {
  let kids = ['one'];
  const { asked, find, pass } = start(() => ({ body: profileOf(...kids) }));
  expect(await find('one')).toMatchObject({ kid: 'one' });
  expect(await find('two')).toBeUndefined();
  kids = ['one', 'two'];
  expect(await find('two')).toBeUndefined();
  expect(asked).toEqual([URL_OF]);
  pass(60_000);
  expect(await find('one')).toBeDefined();
  expect(asked).toHaveLength(1);
  expect(await find('two')).toMatchObject({ kid: 'two' });
  pass(600_000);
  await find('one');
  expect(asked).toHaveLength(3);
});

test('a key that does not fit is looked up anew, as another may stand under its id by now', async () => {
  let kty = 'EC';
  let now = 0;
  const body = () => ({ signing_keys: [{ kid: 'one', kty }] });
  const find = createPlatforms(
    async () => ({ status: 200, headers: new Headers(), body: body() }),
    () => now,
  );
  await find(URL_OF, 'one');
  kty = 'RSA';
  expect(await find(URL_OF, 'one', { isWrong: true })).toMatchObject({ kty: 'EC' });
  now += 60_000;
  expect(await find(URL_OF, 'one')).toMatchObject({ kty: 'EC' });
  expect(await find(URL_OF, 'one', { isWrong: true })).toMatchObject({ kty: 'RSA' });
});

const away = () => {
  throw new Error('no answer');
};
test.each<[string, () => Answer, number, string]>([
  ['is not there', () => ({ status: 404, body: '' }), 424, 'profile_unreachable'],
  ['is elsewhere', () => ({ status: 302, body: '' }), 424, 'profile_unreachable'],
  ['does not come', away, 424, 'profile_unreachable'],
  ['is no JSON', () => ({ body: '<html>' }), 422, 'profile_malformed'],
  ['has keys without ids', () => ({ body: { signing_keys: [{ kty: 'EC' }] } }), 422, 'profile_malformed'],
])('a profile that %s is refused', async (_what, answer, status, code) => {
  await expect(start(answer).find('one')).rejects.toMatchObject({ status, code });
});
