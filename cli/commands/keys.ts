import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { Scope } from '#lib/api/keys';
import { atDeployment, OUTPUTS_HELP, outputsOption } from '../deployment.ts';
import { examples } from '../options.ts';
import type { GlobalOptions } from '../session.ts';

const SCOPES: readonly Scope[] = ['orders:read', 'fulfillments:write', 'ops'];

/** `longshore keys`: who may call the API. */
export function addKeys(program: Command): void {
  program
    .command('keys')
    .description('API keys of the hub')
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
        const { putApiKey } = await import('#lib/api/keys');
        await putApiKey(key, name, scopes);
      });
      const { json } = command.optsWithGlobals<GlobalOptions>();
      console.log(json ? JSON.stringify({ name, scopes, key }, null, 2) : key);
    });
}
