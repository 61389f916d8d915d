import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { loadDeployment } from '../deployment.ts';
import { examples } from '../options.ts';

const SCOPES = ['orders:read', 'fulfillments:write', 'ops'];

/** `longshore keys`: who may call the API. */
export function addKeys(program: Command): void {
  program
    .command('keys')
    .description('API keys of the hub')
    .command('create <name>')
    .description('make a key; it is shown once and only its hash is kept')
    .addOption(new Option('--scopes <scopes...>', 'what it may do').choices(SCOPES).default(SCOPES))
    .option('--outputs <file>', 'what the deployment wrote', '.sst/outputs.json')
    .addHelpText('after', examples('keys create erp --scopes orders:read fulfillments:write'))
    .action(async (name: string, { scopes, outputs }: { scopes: string[]; outputs: string }) => {
      loadDeployment(outputs);
      const { putApiKey, Scope } = await import('#lib/api/keys');
      const key = `lsk_${randomBytes(24).toString('base64url')}`;
      await putApiKey(
        key,
        name,
        scopes.map((scope) => Scope.parse(scope)),
      );
      console.log(key);
    });
}
