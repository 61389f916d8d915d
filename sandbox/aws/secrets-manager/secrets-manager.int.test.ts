import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageRequest,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serve } from '../serve.ts';
import { openSecretsManager } from './index.ts';

let directory: string;
let client: SecretsManagerClient;
let close: () => Promise<void>;

async function open() {
  const { handle } = openSecretsManager({ file: join(directory, 'secrets.json') });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const { accessKeyId } = credentials;
  const service = { targets: ['secretsmanager'], contentType: 'application/x-amz-json-1.1', accessKeyId } as const;
  const listener = await serve({ ...service, handle });
  client = new SecretsManagerClient({ endpoint: listener.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  close = listener.close;
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  await open();
});

afterEach(async () => {
  await close();
  rmSync(directory, { recursive: true });
});

const create = (Name: string, SecretString: string) => client.send(new CreateSecretCommand({ Name, SecretString }));
const get = (SecretId: string, more = {}) => client.send(new GetSecretValueCommand({ SecretId, ...more }));

it('finds a secret by name, ARN and version', async () => {
  const { ARN = '', VersionId } = await create('hub/scopio-main', 'v1');
  expect(await get('hub/scopio-main')).toMatchObject({ SecretString: 'v1', VersionStages: ['AWSCURRENT'] });
  expect((await get(ARN)).Name).toBe('hub/scopio-main');
  expect((await get(ARN, { VersionId })).SecretString).toBe('v1');
  expect((await get(ARN)).CreatedDate).toBeInstanceOf(Date);
});

it('keeps the previous value during a rotation and drops the one before', async () => {
  const { VersionId: first } = await create('rotating', 'v1');
  await client.send(new PutSecretValueCommand({ SecretId: 'rotating', SecretString: 'v2' }));
  expect((await get('rotating')).SecretString).toBe('v2');
  expect((await get('rotating', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('v1');
  await client.send(new UpdateSecretCommand({ SecretId: 'rotating', SecretString: 'v3' }));
  expect((await get('rotating', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('v2');
  await expect(get('rotating', { VersionId: first })).rejects.toBeInstanceOf(ResourceNotFoundException);
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: 'rotating' }));
  expect(Object.values(VersionIdsToStages).flat().toSorted()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
});

it('moves a label or takes it away, but never leaves a secret without a current version', async () => {
  const { VersionId: first } = await create('labelled', 'v1');
  const { VersionId: second } = await client.send(
    new PutSecretValueCommand({ SecretId: 'labelled', SecretString: 'v2' }),
  );
  const update = (VersionStage: string, more: Partial<UpdateSecretVersionStageRequest>) =>
    client.send(new UpdateSecretVersionStageCommand({ SecretId: 'labelled', VersionStage, ...more }));
  const refused = { name: 'InvalidParameterException' };
  await expect(update('AWSCURRENT', { RemoveFromVersionId: second })).rejects.toMatchObject(refused);
  await expect(update('AWSPREVIOUS', {})).rejects.toMatchObject(refused);
  await expect(update('AWSPREVIOUS', { RemoveFromVersionId: second })).rejects.toMatchObject(refused);
  await update('AWSCURRENT', { RemoveFromVersionId: second, MoveToVersionId: first });
  expect((await get('labelled', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('v2');
  const { Versions = [] } = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'labelled' }));
  expect(Versions.find(({ VersionId }) => VersionId === second)).toMatchObject({ VersionStages: ['AWSPREVIOUS'] });
  await update('AWSPREVIOUS', { RemoveFromVersionId: second });
  await expect(get('labelled', { VersionStage: 'AWSPREVIOUS' })).rejects.toBeInstanceOf(ResourceNotFoundException);
  expect((await get('labelled')).SecretString).toBe('v1');
});

it('says what exists and what does not', async () => {
  await create('one', 'x');
  await expect(create('one', 'y')).rejects.toBeInstanceOf(ResourceExistsException);
  await expect(get('two')).rejects.toBeInstanceOf(ResourceNotFoundException);
});

it('lists by name and hides the deleted until restored', async () => {
  for (const name of ['hub/a', 'hub/b', 'other']) await create(name, 'x');
  const list = async () => {
    const Filters = [{ Key: 'name' as const, Values: ['hub/'] }];
    const { SecretList = [] } = await client.send(new ListSecretsCommand({ Filters }));
    return SecretList.map(({ Name }) => Name);
  };
  expect(await list()).toEqual(['hub/a', 'hub/b']);
  await client.send(new DeleteSecretCommand({ SecretId: 'hub/a' }));
  expect(await list()).toEqual(['hub/b']);
  await expect(get('hub/a')).rejects.toBeInstanceOf(InvalidRequestException);
  await client.send(new RestoreSecretCommand({ SecretId: 'hub/a' }));
  expect((await get('hub/a')).SecretString).toBe('x');
  await client.send(new DeleteSecretCommand({ SecretId: 'hub/a', ForceDeleteWithoutRecovery: true }));
  await create('hub/a', 'new');
});

it('keeps its file from others and reads it again', async () => {
  await create('kept', 'x');
  await client.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary: new Uint8Array([1, 2, 3]) }));
  expect(statSync(join(directory, 'secrets.json')).mode & 0o777).toBe(0o600);
  await close();
  await open();
  expect((await get('kept')).SecretString).toBe('x');
  expect([...((await get('bytes')).SecretBinary ?? [])]).toEqual([1, 2, 3]);
});
