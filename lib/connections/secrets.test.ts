import { expect, test } from 'vitest';
import { createCredentials, type ReadSecret, type SecretDocument, UnreadableSecretError } from './secrets.ts';

const documentOf = (webhookSecret: string): SecretDocument => ({
  connections: { shop: { secrets: { webhookSecret, previousWebhookSecret: 'older' }, settings: {} } },
  tokenKey: 'key',
});

/** Credentials of a marketplace whose secret the test replaces, takes away and counts the reads of. */
function startCredentials() {
  let now = 0;
  let versions: Record<string, SecretDocument | Error> = { AWSCURRENT: documentOf('one') };
  let named: string | undefined | Error | Promise<undefined>;
  const reads: string[] = [];
  const looks: number[] = [];
  const read: ReadSecret = async (_marketplace, stage = 'AWSCURRENT') => {
    reads.push(stage);
    const found = versions[stage] ?? { connections: {} };
    if (found instanceof Error) throw found;
    return { document: found, id: found.connections.shop?.secrets.webhookSecret };
  };
  const announced = async () => {
    looks.push(now);
    if (named instanceof Error) throw named;
    return named;
  };
  const { getCredentials, getTokenKey, refreshCredentials } = createCredentials({ announced, read, clock: () => now });
  const secretOf = async (id = 'shop', maxAgeMs?: number) =>
    (await getCredentials('m', id, maxAgeMs))?.secrets.webhookSecret;
  return {
    ...{ reads, looks, secretOf, getTokenKey },
    refresh: () => refreshCredentials('m', 'shop'),
    set: (next: typeof versions) => {
      versions = next;
    },
    /** What the table says which version is the present one. */
    name: (id: typeof named) => {
      named = id;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const away = new Error('away');

test('a secret is read anew when it must be newer', async () => {
  const { secretOf, reads, set, pass, getTokenKey } = startCredentials();
  expect([await secretOf(), await secretOf(), await secretOf('stranger'), await getTokenKey('m')]).toEqual([
    ...['one', 'one', undefined, 'key'],
  ]);
  set({ AWSCURRENT: documentOf('two') });
  pass(59_999);
  expect(await secretOf()).toBe('one');
  expect(await secretOf('shop', 0)).toBe('two');
  expect(reads).toHaveLength(2);
});

test('while the table names what was read it is held for six hours, and the table is asked once a minute', async () => {
  const { secretOf, reads, looks, pass, name } = startCredentials();
  name('one');
  for (let second = 0; second < 6 * 3600; second += 10, pass(10_000)) expect(await secretOf()).toBe('one');
  expect([reads.length, looks.length]).toEqual([1, 359]);
  await secretOf();
  expect(reads).toHaveLength(2);
});

test('a secret is out of use within a minute of the table naming another, however late that other one is written', async () => {
  const { secretOf, reads, pass, name, set } = startCredentials();
  name('one');
  await secretOf();
  pass(60_000);
  await secretOf();
  name('two');
  pass(60_000);
  expect(await secretOf()).toBe('one');
  set({ AWSCURRENT: documentOf('two') });
  pass(60_000);
  expect([await secretOf(), reads.length]).toEqual(['two', 3]);
  pass(60_000);
  expect([await secretOf(), reads.length]).toEqual(['two', 3]);
});

test.each<[string, undefined | Error | Promise<undefined>]>([
  ['names no version', undefined],
  ['fails', away],
  ['hangs', new Promise<undefined>(() => undefined)],
])('a table that %s: the secret is read once a minute', async (_, found) => {
  const { secretOf, reads, pass, name, set } = startCredentials();
  name(found);
  await secretOf();
  set({ AWSCURRENT: documentOf('two') });
  pass(60_000);
  expect([await secretOf(), await secretOf(), reads.length]).toEqual(['two', 'two', 2]);
});

test('while Secrets Manager is away the last good secret serves; without one it is an error that is not kept', async () => {
  const { secretOf, set, pass, reads } = startCredentials();
  set({ AWSCURRENT: away });
  await expect(secretOf()).rejects.toBe(away);
  set({ AWSCURRENT: documentOf('one') });
  expect(await secretOf()).toBe('one');
  set({ AWSCURRENT: away });
  pass(60_000);
  expect([await secretOf(), await secretOf()]).toEqual(['one', 'one']);
  expect(reads).toHaveLength(3);
});

test('a failed check reads both versions, once a second however many fail', async () => {
  const { refresh, set, pass, reads, secretOf } = startCredentials();
  expect(await secretOf()).toBe('one');
  set({ AWSCURRENT: documentOf('two'), AWSPREVIOUS: documentOf('one') });
  const [first, second] = await Promise.all([refresh(), refresh()]);
  expect(first).toMatchObject({ current: { secrets: { webhookSecret: 'two' } }, failure: undefined });
  expect(second).toEqual(first);
  // Not what was before the previous one.
  expect(first?.previous?.secrets).toEqual({ webhookSecret: 'one' });
  expect(reads).toEqual(['AWSCURRENT', 'AWSCURRENT', 'AWSPREVIOUS']);
  expect(await secretOf()).toBe('two');
  pass(1_000);
  await refresh();
  expect(reads).toHaveLength(5);
});

test('a refresh that fails says so, and offers what was known', async () => {
  const { refresh, set, pass } = startCredentials();
  set({ AWSCURRENT: documentOf('two'), AWSPREVIOUS: documentOf('one') });
  await refresh();
  set({ AWSCURRENT: away });
  pass(1_000);
  expect(await refresh()).toMatchObject({
    current: { secrets: { webhookSecret: 'two' } },
    previous: { secrets: { webhookSecret: 'one' } },
    failure: away,
  });
});

test('a previous version that is no document of ours counts as none', async () => {
  const { refresh, set } = startCredentials();
  set({ AWSCURRENT: documentOf('two'), AWSPREVIOUS: new UnreadableSecretError('scopio') });
  expect(await refresh()).toMatchObject({ previous: undefined, failure: undefined });
});

test('a secret that is no document of ours blocks what needs it until it is put again', async () => {
  const { secretOf, set } = startCredentials();
  set({ AWSCURRENT: new UnreadableSecretError('scopio') });
  await expect(secretOf()).rejects.toMatchObject({ code: 'secrets_unreadable', waitsFor: 'connection' });
});
