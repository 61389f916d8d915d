import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { secretId } from './settings.ts';

const client = new SecretsManagerClient({});

export type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** A secret of the deployment by its name; undefined where nothing was ever put, as at a new deployment. */
export async function readSecret(name: string, VersionStage: Stage = 'AWSCURRENT'): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId(name), VersionStage }));
    return SecretString || undefined;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

export async function writeSecret(name: string, SecretString: string): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: secretId(name), SecretString }));
}
