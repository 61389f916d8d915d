import { envName } from '#lib/platform/names';
import type { Command } from '../command.ts';
import { OUTPUTS_HELP, outputsOption, readOutputs } from '../deployment.ts';
import { type Account, accountChecks, askAws, prefixOf } from '../doctor/account.ts';
import { type Deployment, deploymentChecks } from '../doctor/deployment.ts';
import { curedAt, examine, type Finding } from '../doctor/finding.ts';
import { findWaiting, hubChecks } from '../doctor/hub.ts';
import { CliError, usageError } from '../errors.ts';
import { count, oneLine } from '../format.ts';

const MARKS = { well: '✔', wrong: '✘', unchecked: '·' } as const;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what is wrong with a hub, its deployment and its AWS account, and how to fix it')
    .addOption(outputsOption())
    .examples('doctor', 'doctor --url https://hub.example --outputs production.json', 'doctor --json')
    .remark(
      `Changes nothing. The exit code is 1 where something is wrong, and 0 where nothing is, whatever could not be checked
or waits for a person, which it names.

${OUTPUTS_HELP}
The account is asked with the AWS CLI, where there is one.`,
    )
    .does(async (session, { outputs: file }: { outputs: string }) => {
      const { url, environment } = readOutputs(file);
      const isDefault = file === outputsOption().defaultValue;
      const unnamed = `${file} names no deployment: give --outputs what sst deploy wrote`;
      // With a mistyped file nothing could be checked, and a script would take that as success.
      if (!environment && !isDefault) throw usageError(unnamed);
      // The file decides: this shell's region or table may be another deployment's.
      if (environment) Object.assign(process.env, environment);
      const looked = (
        await Promise.all([
          examine(hubChecks, { api: session.api, now: () => session.now.getTime() }),
          examine(deploymentChecks, environment ? deployed(session.api, url, environment) : unnamed, file),
          examine(accountChecks, environment ? accountOf(environment) : unnamed),
        ])
      ).flat();
      const found = isDefault ? looked : looked.map((each) => curedAt(each, file));
      session.answer({ findings: found }, () => found.map(describe).join('\n'));
      // Where the hub does not answer, a finding says so.
      if (!session.json) for (const line of await findWaiting(session.api).catch(() => [])) session.note(line);
      const wrong = found.filter(({ state }) => state === 'wrong').length;
      if (wrong > 0) throw new CliError(`${count(wrong, 'thing is', 'things are')} wrong`);
    });
}

function describe({ check, state, says, cure }: Finding): string {
  const said = state === 'unchecked' ? `not checked: ${says}` : says;
  const line = `${MARKS[state]} ${check.padEnd(12)} ${oneLine(said)}`;
  return cure === undefined ? line : `${line}\n  ${''.padEnd(12)} → ${cure}`;
}

type Environment = Record<string, string>;

const deployed = (api: Deployment['api'], url: string | undefined, environment: Environment): Deployment => ({
  ...{ api, url, publicUrl: environment[envName.publicUrl], isLocal: isLocal(environment) },
  listKeys: async () => (await import('#lib/api/kit/keys')).listApiKeys(),
  findKey: async (key) => (await import('#lib/api/kit/keys')).findApiKey(key),
  async countUcp() {
    const { readKeys } = await import('#lib/ucp/keys');
    const { getConfiguration } = await import('#lib/connections/store');
    const endpoints = [...(await getConfiguration()).endpoints.values()].filter(({ profile }) => profile === 'ucp');
    return { keys: (await readKeys()).length, endpoints: endpoints.length };
  },
  readSecrets: async (marketplace) =>
    (await (await import('#lib/connections/secrets')).readSecretIfOurs(marketplace)).connections,
});

const isLocal = (environment: Environment): boolean => environment.LONGSHORE_EMULATED !== undefined;

const accountOf = (environment: Environment): Account | string =>
  isLocal(environment)
    ? 'a hub on this machine has no AWS account'
    : { prefix: prefixOf(environment), ask: (...words) => askAws(environment.AWS_REGION ?? '', words) };
