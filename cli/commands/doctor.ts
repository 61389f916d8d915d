import { envName } from '#lib/platform/names';
import type { Command } from '../command.ts';
import { explain, OUTPUTS_HELP, outputsOption, readOutputs } from '../deployment.ts';
import { type Account, accountChecks, askAws, prefixOf } from '../doctor/account.ts';
import { type Deployment, deploymentChecks } from '../doctor/deployment.ts';
import { curedAt, examine, type Finding, UncheckedError } from '../doctor/finding.ts';
import { hubChecks } from '../doctor/hub.ts';
import { CliError } from '../errors.ts';
import { count, oneLine } from '../format.ts';

const MARKS = { well: '✔', wrong: '✘', unchecked: '·' } as const;

/** `longshore doctor`: what is wrong with a hub, its deployment and its account before it hurts. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what is wrong with a hub, its deployment and its AWS account, and what heals it')
    .addOption(outputsOption())
    .examples('doctor', 'doctor --url https://hub.example --outputs production.json', 'doctor --json')
    .remark(
      `Changes nothing. The exit code is 1 where something is wrong, and 0 where nothing is, whatever could not be checked.

${OUTPUTS_HELP}
The account is asked with the AWS CLI, where there is one.`,
    )
    .does(async (session, { outputs: file }: { outputs: string }) => {
      const { url, environment } = readOutputs(file);
      // The file says where the deployment is; a region or a table of this shell would be another one.
      if (environment) Object.assign(process.env, environment);
      const unnamed = () => {
        throw new UncheckedError(`${file} names no deployment: give --outputs what sst deploy wrote`);
      };
      const looked = (
        await Promise.all([
          examine(hubChecks, { api: session.api, now: () => session.now.getTime() }),
          examine(deploymentChecks, environment ? deployed(session.api, url, environment, file) : unlooked(unnamed)),
          examine(accountChecks, environment ? accountOf(environment) : { prefix: '', ask: async () => unnamed() }),
        ])
      ).flat();
      const isDefault = file === outputsOption().defaultValue;
      const found = isDefault ? looked : looked.map((each) => curedAt(each, file));
      session.answer({ findings: found }, () => found.map(describe).join('\n'));
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

/** Names what it cannot look into without the names of a deployment. */
function unlooked(unnamed: () => never): Deployment {
  return {
    get api() {
      return unnamed();
    },
    ...{ url: undefined, publicUrl: undefined, isLocal: false },
    ...{ listKeys: async () => unnamed(), findKey: async () => unnamed(), readSecrets: async () => unnamed() },
    countUcp: async () => unnamed(),
  };
}

function deployed(api: Deployment['api'], url: string | undefined, environment: Environment, file: string): Deployment {
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explain(error, file) ?? error;
    }
  };
  return {
    ...{ api, url, publicUrl: environment[envName.publicUrl], isLocal: isLocal(environment) },
    listKeys: () => explained(async () => (await import('#lib/api/kit/keys')).listApiKeys()),
    findKey: (key) => explained(async () => (await import('#lib/api/kit/keys')).findApiKey(key)),
    countUcp: () =>
      explained(async () => {
        const [{ readKeys }, { getConfiguration }] = await Promise.all([
          import('#lib/ucp/keys'),
          import('#lib/connections/store'),
        ]);
        const endpoints = [...(await getConfiguration()).endpoints.values()].filter(({ profile }) => profile === 'ucp');
        return { keys: (await readKeys()).length, endpoints: endpoints.length };
      }),
    readSecrets: (marketplace) =>
      explained(async () => {
        const { readSecretIfOurs } = await import('#lib/connections/secrets');
        return { ...(await readSecretIfOurs(marketplace)).connections };
      }),
  };
}

const isLocal = (environment: Environment): boolean => environment.LONGSHORE_EMULATED !== undefined;

function accountOf(environment: Environment): Account {
  return {
    prefix: prefixOf(environment),
    async ask(...words) {
      if (isLocal(environment)) throw new UncheckedError('a hub on this machine has no AWS account');
      return askAws(environment.AWS_REGION ?? '', words);
    },
  };
}
