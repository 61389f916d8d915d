import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { CliError, refusal } from './errors.ts';
import type { GlobalOptions } from './session.ts';

interface Outputs {
  url?: string;
  environment?: Record<string, string>;
}

export const outputsOption = (): Option =>
  new Option('--outputs <file>', 'what sst deploy wrote; a local hub writes .longshore/outputs.json').default(
    '.sst/outputs.json',
  );

/** Ends the help of commands that use AWS credentials instead of the API. */
export const OUTPUTS_HELP = `It goes past the API, with your AWS credentials (AWS_PROFILE, SSO, …): no API key may write secrets or make keys.
The names of the table, queues and secrets are in the file that sst deploy wrote; from another machine, bring that file along.`;

/** Who works past the API, for the audit trail: AWS credentials do not have an API key's name. */
export const operatorName = (): string => `cli:${process.env.USER ?? process.env.USERNAME ?? 'somebody'}`;

/** Works at the deployment that `--outputs` names, with its functions' environment. Throws CliError if AWS refuses. */
export async function atDeployment<T>(command: Command, work: () => Promise<T>): Promise<T> {
  const { outputs } = command.optsWithGlobals<GlobalOptions & { outputs: string }>();
  const { url, environment } = readOutputs(outputs);
  if (!environment)
    throw new CliError(
      `${outputs} does not name a deployment. This goes past the API, with AWS credentials and the names that sst deploy wrote: run it where you deployed, or give --outputs a copy (a local hub's is .longshore/outputs.json)`,
    );
  // Overrides the shell's: its AWS_REGION or TABLE_NAME may be another deployment's.
  Object.assign(process.env, environment);
  if (url) process.stderr.write(`${outputs}: the hub at ${url}\n`);
  try {
    return await work();
  } catch (error) {
    throw explain(error, outputs) ?? error;
  }
}

/** Makes a change after any that is being made from another machine. */
export const inTurn = async <T>(work: () => Promise<T>): Promise<T> =>
  (await import('#lib/connections/one-at-a-time')).oneAtATime(work, { waits });

const waits = (): void =>
  void process.stderr.write('another change is under way, or died within the last half minute: waiting for its end\n');

/** What the file names; nothing if there is no such file. */
export function readOutputs(outputs: string): Outputs {
  try {
    return JSON.parse(readFileSync(outputs, 'utf8')) as Outputs;
  } catch {
    // A missing file is refused like one that names nothing.
    return {};
  }
}

/** An error that the hub's rules, the credentials or the file explain; undefined for any other. */
export function explain(error: unknown, outputs: string): CliError | undefined {
  const { name = '', message = '', code = '' } = error as { name?: string; message?: string; code?: string };
  if (name === 'ConnectionsFileError') return refusal(message);
  if (name === 'CredentialsProviderError')
    return new CliError('there are no AWS credentials here: set AWS_PROFILE, or sign in with aws sso login');
  if (/Expired|UnrecognizedClient|InvalidClientTokenId|InvalidSignature/.test(name))
    return new CliError(`AWS does not take these credentials (${name}): sign in again, or choose another AWS_PROFILE`);
  if (name.startsWith('AccessDenied')) return new CliError(`these AWS credentials lack a permission: ${message}`);
  if (name === 'ResourceNotFoundException')
    return new CliError(`the resources named in ${outputs} are not in this AWS account: was it deployed to another?`);
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return new CliError(`the hub named in ${outputs} does not answer (${code}): is it running?`);
  return undefined;
}
