import { type Command, Option } from 'commander';
import type { UcpKey } from '#lib/ucp/keys';
import { atDeployment, OUTPUTS_HELP, operatorName, outputsOption } from '../deployment.ts';
import { refusal } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { examples, yes } from '../options.ts';
import type { GlobalOptions } from '../session.ts';
import { type Column, renderTable } from '../table.ts';

interface RotateOptions extends GlobalOptions {
  leaked?: true;
  yes?: boolean;
}

/** `longshore ucp`: the keys that order events are signed with, never their private halves. */
export function addUcp(program: Command): void {
  const ucp = program.command('ucp').description('the keys that UCP order events are signed with');
  ucp
    .command('keys')
    .description('which keys there are, which one signs, and which the profile still shows')
    .addOption(outputsOption())
    .addHelpText('after', examples('ucp keys') + OUTPUTS_HELP)
    .action((_options: unknown, command: Command) => show(command, async () => (await keysModule()).readKeys()));
  ucp
    .command('rotate-key')
    .description('make a key: it is published at once and signs in five minutes; the one before stays for seven days')
    .addOption(new Option('--leaked', 'no longer publish the keys before it: what they signed is refused'))
    .addOption(yes('do it, where the key before has leaked'))
    .addOption(outputsOption())
    .addHelpText('after', examples('ucp rotate-key', 'ucp rotate-key --leaked --yes') + OUTPUTS_HELP)
    .action((_options: unknown, command: Command) => {
      const { leaked = false, yes: sure } = command.optsWithGlobals<RotateOptions>();
      if (leaked && !sure) throw refusal('events that were signed before would be refused: say --yes to do it');
      return show(command, async () => (await keysModule()).rotateKey({ leaked, by: operatorName() }));
    });
}

const keysModule = () => import('#lib/ucp/keys');

interface Row {
  kid: string;
  createdAt: string;
  signs: boolean;
  published: boolean;
}

async function show(command: Command, find: () => Promise<UcpKey[]>): Promise<void> {
  const keys = await atDeployment(command, find);
  const { publishedKeys, signingKey } = await keysModule();
  const [signing, published] = [signingKey(keys), publishedKeys(keys)];
  const rows = keys.map((key): Row => {
    const { createdAt, jwk } = key;
    return { kid: jwk.kid, createdAt, signs: key === signing, published: published.includes(key) };
  });
  const { json } = command.optsWithGlobals<GlobalOptions>();
  console.log(json ? JSON.stringify({ keys: rows }, null, 2) : renderTable(rows, columns(new Date())));
}

const columns = (now: Date): Column<Row>[] => [
  { title: 'KEY', value: ({ kid }) => kid },
  { title: 'MADE', value: ({ createdAt }) => relativeTime(createdAt, now) },
  { title: 'SIGNS', value: ({ signs }) => (signs ? 'yes' : 'no') },
  { title: 'PUBLISHED', value: ({ published }) => (published ? 'yes' : 'no') },
];
