import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { secretId } from './settings.ts';

const client = new SecretsManagerClient({});

export type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** A secret of the deployment by its name; undefined where nothing was ever put, as in a new deployment. */
export const readSecret = async (name: string, stage?: Stage): Promise<string | undefined> =>
  (await readVersion(name, stage))?.text;

/** A secret's text with the version id that Secrets Manager has for it. */
export async function readVersion(
  name: string,
  VersionStage: Stage = 'AWSCURRENT',
): Promise<{ text: string; id: string | undefined } | undefined> {
  try {
    const { SecretString: text, VersionId: id } = await client.send(
      new GetSecretValueCommand({ SecretId: secretId(name), VersionStage }),
    );
    return text ? { text, id } : undefined;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** `id`, if given, becomes the version id of what is written. */
export async function writeSecret(name: string, SecretString: string, id?: string): Promise<void> {
  const request = { SecretId: secretId(name), SecretString, ...(id && { ClientRequestToken: id }) };
  await client.send(new PutSecretValueCommand(request));
}
