import { Argument, type Command } from 'commander';
import type { SecretState } from '#lib/connections/retire';
import { marketplaces } from '#lib/marketplaces/registry';
import { loadDeployment } from '../deployment.ts';
import { relativeTime } from '../format.ts';
import { examples } from '../options.ts';
import type { GlobalOptions } from '../session.ts';
import { type Column, renderTable } from '../table.ts';

interface Options extends GlobalOptions {
  outputs: string;
}

/** `longshore secrets`: the marketplaces' secrets in Secrets Manager, never their values. */
export function addSecrets(program: Command): void {
  const secrets = program.command('secrets').description('where a rotation stands; `connections put` writes secrets');
  withOutputs(secrets.command('list'))
    .description("when each marketplace's secret changed, and whether the one before is still accepted")
    .addHelpText('after', examples('secrets list'))
    .action(async (_options: unknown, command: Command) => {
      const { outputs, json } = command.optsWithGlobals<Options>();
      loadDeployment(outputs);
      const { describeSecrets } = await import('#lib/connections/retire');
      const found = await describeSecrets();
      console.log(json ? JSON.stringify({ secrets: found }, null, 2) : renderTable(found, columns(new Date())));
    });
  withOutputs(secrets.command('retire-previous'))
    .description('no longer accept webhooks signed with the secret before the current one, as after a leak')
    .addArgument(new Argument('<marketplace>').choices(marketplaces.map(({ name }) => name)))
    .addHelpText('after', examples('secrets retire-previous scopio'))
    .action(async (marketplace: string, _options: unknown, command: Command) => {
      const { outputs, json } = command.optsWithGlobals<Options>();
      loadDeployment(outputs);
      const { retirePreviousSecret } = await import('#lib/connections/retire');
      const retired = await retirePreviousSecret(marketplace);
      const said = retired ? 'retired: nobody accepts it after a minute' : 'there is no previous version';
      console.log(json ? JSON.stringify({ marketplace, retired }, null, 2) : `${marketplace}: ${said}`);
    });
}

const withOutputs = (command: Command): Command =>
  command.option('--outputs <file>', 'what the deployment wrote', '.sst/outputs.json');

const columns = (now: Date): Column<SecretState>[] => [
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace },
  { title: 'CHANGED', value: ({ changedAt }) => relativeTime(changedAt, now) },
  { title: 'PREVIOUS', value: ({ previousVersion }) => (previousVersion ? 'accepted' : 'none') },
];
