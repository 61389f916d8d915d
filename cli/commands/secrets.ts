import { Argument, type Command } from 'commander';
import type { SecretState } from '#lib/connections/retire';
import { marketplaces } from '#lib/marketplaces/registry';
import { atDeployment, OUTPUTS_HELP, outputsOption } from '../deployment.ts';
import { refusal } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { examples, yes } from '../options.ts';
import type { GlobalOptions } from '../session.ts';
import { type Column, renderTable } from '../table.ts';

/** `longshore secrets`: the marketplaces' secrets in Secrets Manager, never their values. */
export function addSecrets(program: Command): void {
  const secrets = program.command('secrets').description('where a rotation stands; `connections put` writes secrets');
  secrets
    .command('list')
    .description("when each marketplace's secret changed, and whether the one before is still accepted")
    .addOption(outputsOption())
    .addHelpText('after', examples('secrets list') + OUTPUTS_HELP)
    .action(async (_options: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const found = await atDeployment(command, async () => {
        const { describeSecret } = await import('#lib/connections/retire');
        return Promise.all(marketplaces.map(({ name }) => describeSecret(name)));
      });
      console.log(json ? JSON.stringify({ secrets: found }, null, 2) : renderTable(found, columns(new Date())));
    });
  secrets
    .command('retire-previous')
    .description('no longer accept webhooks signed with the secret before the current one, as after a leak')
    .addArgument(new Argument('<marketplace>').choices(marketplaces.map(({ name }) => name)))
    .addOption(outputsOption())
    .addOption(yes('do it: what is still signed with the one before is refused from then on'))
    .addHelpText('after', examples('secrets retire-previous scopio --yes') + OUTPUTS_HELP)
    .action(async (marketplace: string, { yes: sure }: { yes?: boolean }, command: Command) => {
      if (!sure)
        throw refusal(`what ${marketplace} signs with its previous secret would be refused: say --yes to do it`);
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const retired = await atDeployment(command, async () =>
        (await import('#lib/connections/retire')).retirePreviousSecret(marketplace),
      );
      const said = retired ? 'retired: nobody accepts it after a minute' : 'there is no previous version';
      console.log(json ? JSON.stringify({ marketplace, retired }, null, 2) : `${marketplace}: ${said}`);
    });
}

const columns = (now: Date): Column<SecretState>[] => [
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace },
  { title: 'CHANGED', value: ({ changedAt }) => relativeTime(changedAt, now) },
  { title: 'PREVIOUS', value: ({ previousVersion }) => (previousVersion ? 'accepted' : 'none') },
];
