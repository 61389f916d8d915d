import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs the AWS CLI and returns its answer. */
export async function aws(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run('aws', [...args, '--output', 'json']);
  return JSON.parse(stdout.trim() || '{}') as Record<string, unknown>;
}

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** Deploys the story's remote under the stage's prefix, the only one allowed to the deployer. Returns its URL. */
export async function deployRemote(name: string): Promise<string> {
  const zip = join(process.env.RUNNER_TEMP ?? '/tmp', 'remote.zip');
  await run('zip', ['-j', '-q', zip, join(import.meta.dirname, 'remote.mjs')]);
  await aws('iam', 'create-role', '--role-name', name, '--assume-role-policy-document', JSON.stringify(TRUST));
  const account = (await aws('sts', 'get-caller-identity')).Account;
  const create = () =>
    aws(
      ...['lambda', 'create-function', '--function-name', name, '--runtime', 'nodejs24.x', '--architectures', 'arm64'],
      ...['--handler', 'remote.handler', '--zip-file', `fileb://${zip}`],
      ...['--role', `arn:aws:iam::${account}:role/${name}`],
    );
  // A new role is not known everywhere at once.
  await eventually('the remote to be created', () => create().then(Boolean, () => false));
  await aws('lambda', 'wait', 'function-active-v2', '--function-name', name);
  // Calling the URL needs both permissions: the URL's own and, since 2025, the one to invoke by it.
  const open = ['lambda', 'add-permission', '--function-name', name, '--principal', '*'];
  await aws(
    ...open,
    ...['--statement-id', 'url', '--action', 'lambda:InvokeFunctionUrl'],
    '--function-url-auth-type',
    'NONE',
  );
  await aws(
    ...open,
    ...['--statement-id', 'invoke', '--action', 'lambda:InvokeFunction'],
    '--invoked-via-function-url',
  );
  const url = await aws('lambda', 'create-function-url-config', '--function-name', name, '--auth-type', 'NONE');
  return String(url.FunctionUrl).replace(/\/$/, '');
}

/** Tries every second, for two minutes. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + 120_000; Date.now() < until; ) {
    if (await holds()) return console.log(`✔ ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error(`never came: ${what}`);
}
