import { Option } from 'commander';
import type { UcpKey } from '#lib/ucp/keys';
import type { Command } from '../command.ts';
import { operatorName } from '../deployment.ts';
import { refusal } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { yes } from '../options.ts';
import { type Column, renderTable } from '../table.ts';

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
    .description('make a key: it is published at once and signs in five minutes; the one before stays for seven days')
    .addOption(new Option('--leaked', 'no longer publish the keys before it: what they signed is refused'))
    .addOption(yes('do it, where the key before has leaked'))
    .examples('ucp rotate-key', 'ucp rotate-key --leaked --yes')
    .doesAtDeployment(async ({ leaked = false, yes: sure }: { leaked?: boolean; yes?: boolean }) => {
      if (leaked && !sure) throw refusal('events that were signed before would be refused: say --yes to do it');
      return shown(await (await keysModule()).rotateKey({ leaked, by: operatorName() }));
    }, table);
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

const table = ({ keys }: { keys: Row[] }): string => renderTable(keys, columns(new Date()));

const columns = (now: Date): Column<Row>[] => [
  { title: 'KEY', value: ({ kid }) => kid },
  { title: 'MADE', value: ({ createdAt }) => relativeTime(createdAt, now) },
  { title: 'SIGNS', value: ({ signs }) => (signs ? 'yes' : 'no') },
  { title: 'PUBLISHED', value: ({ published }) => (published ? 'yes' : 'no') },
];
