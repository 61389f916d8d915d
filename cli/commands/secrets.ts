import { Argument } from 'commander';
import type { SecretState } from '#lib/connections/retire';
import { marketplaces } from '#lib/marketplaces/registry';
import type { Command } from '../command.ts';
import { refusal } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { yes } from '../options.ts';
import { type Column, renderTable } from '../table.ts';

/** `longshore secrets`: the marketplaces' secrets in Secrets Manager, never their values. */
export function addSecrets(program: Command): void {
  const secrets = program.command('secrets').description('where a rotation stands; `connections put` writes secrets');
  secrets
    .command('list')
    .description("when each marketplace's secret changed, and whether the one before is still accepted")
    .examples('secrets list')
    .doesAtDeployment(
      async () => {
        const { describeSecret } = await import('#lib/connections/retire');
        return { secrets: await Promise.all(marketplaces.map(({ name }) => describeSecret(name))) };
      },
      ({ secrets: found }) => renderTable(found, columns(new Date())),
    );
  secrets
    .command('retire-previous')
    .description('no longer accept webhooks signed with the secret before the current one, as after a leak')
    .addArgument(new Argument('<marketplace>').choices(marketplaces.map(({ name }) => name)))
    .addOption(yes('do it: what is still signed with the one before is refused from then on'))
    .examples('secrets retire-previous scopio --yes')
    .doesAtDeployment(
      async (marketplace: string, { yes: sure }: { yes?: boolean }) => {
        if (!sure)
          throw refusal(`what ${marketplace} signs with its previous secret would be refused: say --yes to do it`);
        const { retirePreviousSecret } = await import('#lib/connections/retire');
        return { marketplace, retired: await retirePreviousSecret(marketplace) };
      },
      ({ marketplace, retired }) =>
        `${marketplace}: ${retired ? 'retired: nobody accepts it after a minute' : 'there is no previous version'}`,
    );
}

const columns = (now: Date): Column<SecretState>[] => [
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace },
  { title: 'CHANGED', value: ({ changedAt }) => relativeTime(changedAt, now) },
  { title: 'PREVIOUS', value: ({ previousVersion }) => (previousVersion ? 'accepted' : 'none') },
];
