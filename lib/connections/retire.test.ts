import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeSecret, retirePreviousSecret } from './retire.ts';

beforeAll(() => {
  vi.stubEnv('SECRET_ID_BAZAAR', 'longshore/test/bazaar');
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const CHANGED = new Date('2026-11-20T08:00:00Z');

/** A Secrets Manager in which a secret has these versions, and what it was told to change. */
function startSecrets(VersionIdsToStages: Record<string, string[]>) {
  const changes: object[] = [];
  const send = async ({ input }: { input: { VersionStage?: string } }) => {
    if (input.VersionStage) changes.push(input);
    return { LastChangedDate: CHANGED, VersionIdsToStages };
  };
  return { changes, client: { send } as unknown as SecretsManagerClient };
}

test('a secret shows when it changed and which version stands before it, never a value', async () => {
  const { client } = startSecrets({ new: ['AWSCURRENT'], old: ['AWSPREVIOUS'], older: [] });
  expect(await describeSecret('bazaar', client)).toEqual({
    ...{ marketplace: 'bazaar', changedAt: CHANGED.toISOString(), previousVersion: 'old' },
  });
  expect(await describeSecret('bazaar', startSecrets({}).client)).toEqual({
    ...{ marketplace: 'bazaar', changedAt: null, previousVersion: null },
  });
});

test('the previous version is retired once; where there is none there is nothing to do', async () => {
  const { client, changes } = startSecrets({ new: ['AWSCURRENT'], old: ['AWSPREVIOUS'] });
  expect(await retirePreviousSecret('bazaar', client)).toBe(true);
  expect(changes).toEqual([
    { SecretId: 'longshore/test/bazaar', VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: 'old' },
  ]);
  const fresh = startSecrets({ new: ['AWSCURRENT'] });
  expect(await retirePreviousSecret('bazaar', fresh.client)).toBe(false);
  expect(fresh.changes).toEqual([]);
});
