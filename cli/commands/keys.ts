import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { ListedKey, Scope } from '#lib/api/kit/keys';
import { atDeployment, OUTPUTS_HELP, outputsOption } from '../deployment.ts';
import { CliError, refusal } from '../errors.ts';
import { count, relativeTime } from '../format.ts';
import { examples, yes } from '../options.ts';
import type { GlobalOptions } from '../session.ts';
import { type Column, renderTable } from '../table.ts';

const SCOPES: readonly Scope[] = ['orders:read', 'fulfillments:write', 'ops'];

/** `longshore keys`: who may call the API. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API keys of the hub');
  keys
    .command('create <name>')
    .description('make a key; it is shown once and only its hash is kept')
    .addOption(new Option('--scopes <scopes...>', 'what it may do').choices(SCOPES).default(SCOPES))
    .addOption(outputsOption())
    .addHelpText(
      'after',
      `${examples(
        'keys create operator --scopes ops',
        'keys create erp --scopes orders:read fulfillments:write --outputs .longshore/outputs.json',
      )}${OUTPUTS_HELP}`,
    )
    .action(async (name: string, { scopes }: { scopes: Scope[] }, command: Command) => {
      const key = `lsk_${randomBytes(24).toString('base64url')}`;
      await atDeployment(command, async () => {
        const { putApiKey } = await import('#lib/api/kit/keys');
        await putApiKey(key, name, scopes);
      });
      const { json } = command.optsWithGlobals<GlobalOptions>();
      console.log(json ? JSON.stringify({ name, scopes, key }, null, 2) : key);
    });
  keys
    .command('list')
    .description('who has a key, and what it may do; no key is shown')
    .addOption(outputsOption())
    .addHelpText('after', `${examples('keys list')}${OUTPUTS_HELP}`)
    .action(async (_options: unknown, command: Command) => {
      const found = await atDeployment(command, async () => (await import('#lib/api/kit/keys')).listApiKeys());
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const shown = found.length > 0 ? renderTable(found, columns(new Date())) : 'no keys';
      console.log(json ? JSON.stringify({ keys: found }, null, 2) : shown);
    });
  keys
    .command('revoke <name>')
    .description('end every key of that name; no instance takes it after 30 seconds')
    .addOption(outputsOption())
    .addOption(yes('do it; without it, the keys are only counted'))
    .addHelpText('after', `${examples('keys revoke erp', 'keys revoke erp --yes')}${OUTPUTS_HELP}`)
    .action(async (name: string, { yes: sure }: { yes?: boolean }, command: Command) => {
      const revoked = await atDeployment(command, async () => {
        const { listApiKeys, revokeApiKeys } = await import('#lib/api/kit/keys');
        const found = (await listApiKeys()).filter((key) => key.name === name).length;
        if (found === 0) throw new CliError(`there is no key of the name ${name}`);
        if (!sure)
          throw refusal(`${count(found, 'key', 'keys')} of the name ${name} would be revoked: say --yes to do it`);
        return revokeApiKeys(name);
      });
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const said = `${name}: ${count(revoked, 'key', 'keys')} revoked`;
      console.log(json ? JSON.stringify({ name, revoked }, null, 2) : said);
    });
}

const columns = (now: Date): Column<ListedKey>[] => [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'SCOPES', value: ({ scopes }) => scopes.join(' ') },
  { title: 'MADE', value: ({ createdAt }) => relativeTime(createdAt, now) },
];
