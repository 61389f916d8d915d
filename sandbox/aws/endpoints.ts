import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Endpoints {
  dynamodb: string;
  sqs: string;
  secretsManager: string;
}

/** The variables that name a service's endpoint, for the SDK's clients and for whoever starts us. */
export const ENDPOINT_VARIABLES = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  secretsManager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
} as const satisfies Record<keyof Endpoints, string>;

/** Names the endpoints that are our emulators, for processes that inherit this environment. */
export const EMULATED_VARIABLE = 'LONGSHORE_EMULATED';

/** The endpoints that the environment sets in place of emulators; our own emulators do not count. */
export function endpointsElsewhere(env: NodeJS.ProcessEnv = process.env): Partial<Endpoints> {
  const emulated = new Set(env[EMULATED_VARIABLE]?.split(' '));
  return Object.fromEntries(
    Object.entries(ENDPOINT_VARIABLES).flatMap(([service, variable]) => {
      const url = env[variable];
      return url && !emulated.has(url) ? [[service, url]] : [];
    }),
  );
}

/** A random access key, always the same for a folder: some implementations of DynamoDB keep a database for each key. */
export function keptAccessKey(dataDir: string, makeKey: () => string): string {
  const file = join(dataDir, 'access-key');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const key = makeKey();
  writeFileSync(file, key, { mode: 0o600 });
  return key;
}
