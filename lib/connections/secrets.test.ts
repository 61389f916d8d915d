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
  const reads: string[] = [];
  const read: ReadSecret = async (_marketplace, stage = 'AWSCURRENT') => {
    reads.push(stage);
    const found = versions[stage] ?? { connections: {} };
    if (found instanceof Error) throw found;
    return found;
  };
  const { getCredentials, getTokenKey, refreshCredentials } = createCredentials({ read, clock: () => now });
  const secretOf = async (id = 'shop', maxAgeMs?: number) =>
    (await getCredentials('m', id, maxAgeMs))?.secrets.webhookSecret;
  return {
    ...{ reads, secretOf, getTokenKey },
    refresh: () => refreshCredentials('m', 'shop'),
    set: (next: typeof versions) => {
      versions = next;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const away = new Error('away');

test('a secret is read once a minute, or when it must be newer', async () => {
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
  set({ AWSCURRENT: documentOf('two'), AWSPREVIOUS: new UnreadableSecretError('not ours') });
  expect(await refresh()).toMatchObject({ previous: undefined, failure: undefined });
});
