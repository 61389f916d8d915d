#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { readConnectionsFile } from './connections-file.ts';
import { loadDeployment } from './deployment.ts';
import { addWebhooks } from './webhooks.ts';

const SCOPES = ['orders:read', 'fulfillments:write', 'ops'];

const program = new Command('longshore').description('Configure a deployed Longshore hub.').showHelpAfterError();

const connections = program.command('connections').description('the marketplaces accounts the hub works for');

connections
  .command('check <file>')
  .description('read a connections file and say what is wrong with it')
  .action(async (path: string) => {
    const file = await readConnectionsFile(path);
    console.log(`${path}: ${file.connections.length} connections, ${file.routes.length} routes, all well`);
  });

connections
  .command('put <file>')
  .description('make a connections file the configuration: settings to DynamoDB, secrets to Secrets Manager')
  .option('--outputs <file>', 'what the deployment wrote', '.sst/outputs.json')
  .action(async (path: string, { outputs }: { outputs: string }) => {
    const file = await readConnectionsFile(path);
    loadDeployment(outputs);
    const { putConnections } = await import('#lib/connections/put');
    const changed = await putConnections(file);
    console.log(changed.length > 0 ? `changed: ${changed.join(', ')}` : 'nothing to change');
  });

program
  .command('keys')
  .description('API keys of the hub')
  .command('create <name>')
  .description('make a key; it is shown once and only its hash is kept')
  .addOption(new Option('--scopes <scopes...>', 'what it may do').choices(SCOPES).default(SCOPES))
  .option('--outputs <file>', 'what the deployment wrote', '.sst/outputs.json')
  .action(async (name: string, { scopes, outputs }: { scopes: string[]; outputs: string }) => {
    loadDeployment(outputs);
    const { putApiKey, Scope } = await import('#lib/api/keys');
    const key = `lsk_${randomBytes(24).toString('base64url')}`;
    await putApiKey(key, name, Scope.array().parse(scopes));
    console.log(key);
  });

addWebhooks(program);

try {
  await program.parseAsync();
} catch (error) {
  const { message, name } = error as Error;
  console.error(`longshore: ${message || name}`);
  process.exitCode = 1;
}
