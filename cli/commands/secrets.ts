import { Argument, Option } from 'commander';
import type { SecretState } from '#lib/connections/retire';
import { marketplaces } from '#lib/marketplaces/registry';
import type { UcpKey } from '#lib/ucp/keys';
import type { Command } from '../command.ts';
import { inTurn, operatorName } from '../deployment.ts';
import { refusal } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { yes } from '../options.ts';
import { type Column, renderTable } from '../table.ts';

/** `longshore secrets`: the marketplaces' secrets in Secrets Manager, never their values. */
export function addSecrets(program: Command): void {
  const secrets = program.command('secrets').description('how far a rotation is; `connections put` writes secrets');
  secrets
    .command('list')
    .description("when each marketplace's secret changed, and whether the previous one is still accepted")
    .examples('secrets list')
    .doesAtDeployment(
      async () => {
        const { describeSecret } = await import('#lib/connections/retire');
        return { secrets: await Promise.all(marketplaces.map(({ name }) => describeSecret(name))) };
      },
      ({ secrets: found }) => renderTable(found, secretColumns(new Date())),
    );
  secrets
    .command('retire-previous')
    .description('stop accepting webhooks signed with the previous secret, such as after a leak')
    .addArgument(new Argument('<marketplace>').choices(marketplaces.map(({ name }) => name)))
    .addOption(yes('do it: what is still signed with the one before is refused from then on'))
    .examples('secrets retire-previous scopio --yes')
    .checks((marketplace: string, { yes: sure }: { yes?: boolean }) => {
      if (!sure)
        throw refusal(
          `webhooks that ${marketplace} signs with its previous secret would be refused: say --yes to do it`,
        );
    })
    .doesAtDeployment(
      async (marketplace: string) => {
        const { retirePreviousSecret } = await import('#lib/connections/retire');
        const { releaseReplaced } = await import('#lib/connections/credentials');
        const retired = await inTurn(async () => {
          await releaseReplaced(marketplace);
          return retirePreviousSecret(marketplace);
        });
        return { marketplace, retired };
      },
      ({ marketplace, retired }) =>
        `${marketplace}: ${retired ? 'retired: nobody accepts it after a minute' : 'there is no previous version'}`,
    );
}

const secretColumns = (now: Date): Column<SecretState>[] => [
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace },
  { title: 'CHANGED', value: ({ changedAt }) => relativeTime(changedAt, now) },
  { title: 'PREVIOUS', value: ({ previousVersion }) => (previousVersion ? 'accepted' : 'none') },
];

/** `longshore ucp`: the keys that order events are signed with, never their private halves. */
export function addUcp(program: Command): void {
  const ucp = program.command('ucp').description('the keys that UCP order events are signed with');
  ucp
    .command('keys')
    .description('which keys there are, which one signs, and which the profile still shows')
    .examples('ucp keys')
    .doesAtDeployment(async () => shown(await (await keysModule()).readKeys()), table);
  ucp
    .command('rotate-key')
    .description('make a key: it is published at once and signs in five minutes; the previous one stays for seven days')
    .addOption(new Option('--leaked', 'no longer publish the keys before it: what they signed is refused'))
    .addOption(yes('do it, where the key before has leaked'))
    .examples('ucp rotate-key', 'ucp rotate-key --leaked --yes')
    .checks(({ leaked, yes: sure }: { leaked?: boolean; yes?: boolean }) => {
      if (leaked && !sure) throw refusal('events that were signed before would be refused: say --yes to do it');
    })
    .doesAtDeployment(
      async ({ leaked = false }: { leaked?: boolean }) =>
        shown(await inTurn(async () => (await keysModule()).rotateKey({ leaked, by: operatorName() }))),
      table,
    );
}

const keysModule = () => import('#lib/ucp/keys');

interface Row {
  kid: string;
  createdAt: string;
  signs: boolean;
  published: boolean;
}

async function shown(keys: UcpKey[]): Promise<{ keys: Row[] }> {
  const { publishedKeys, signingKey } = await keysModule();
  const [signing, published] = [signingKey(keys), publishedKeys(keys)];
  return {
    keys: keys.map((key) => {
      const { createdAt, jwk } = key;
      return { kid: jwk.kid, createdAt, signs: key === signing, published: published.includes(key) };
    }),
  };
}

const table = ({ keys }: { keys: Row[] }): string => renderTable(keys, keyColumns(new Date()));

const keyColumns = (now: Date): Column<Row>[] => [
  { title: 'KEY', value: ({ kid }) => kid },
  { title: 'MADE', value: ({ createdAt }) => relativeTime(createdAt, now) },
  { title: 'SIGNS', value: ({ signs }) => (signs ? 'yes' : 'no') },
  { title: 'PUBLISHED', value: ({ published }) => (published ? 'yes' : 'no') },
];
