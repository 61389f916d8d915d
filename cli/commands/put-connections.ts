import type { Command } from 'commander';
import type { ConnectionsFile } from '#lib/connections/file';
import { readConnectionsFile } from '../connections-file.ts';
import { atDeployment, OUTPUTS_HELP, operatorName, outputsOption } from '../deployment.ts';
import { refusal } from '../errors.ts';
import { describeOpen } from '../format.ts';
import { examples, yes } from '../options.ts';
import type { GlobalOptions } from '../session.ts';

/** `longshore connections put`: the file becomes the configuration. */
export function addPutConnections(connections: Command): void {
  connections
    .command('put <file>')
    .description('make a connections file the configuration: settings to DynamoDB, secrets to Secrets Manager')
    .addOption(outputsOption())
    .addOption(yes('also remove the connections and endpoints that the file does not have'))
    .addHelpText(
      'after',
      `${examples(
        'connections put connections.json',
        'connections put connections.json --outputs .longshore/outputs.json',
      )}${OUTPUTS_HELP}`,
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      const { yes: sure, json } = command.optsWithGlobals<GlobalOptions & { yes?: boolean }>();
      const file = await readConnectionsFile(path);
      const changed = await atDeployment(command, async () => {
        const { configure } = await import('#lib/marketplaces/configure');
        const removed = await findRemoved(file);
        if (removed.length > 0 && !sure) {
          const open = await describeLeft(removed);
          throw refusal(
            `${removed.join(', ')} would be removed, which ${path} does not have${open}: say --yes to do it`,
          );
        }
        return configure(file, { by: operatorName(), isLive: true });
      });
      const said = changed.length > 0 ? `changed and in force: ${changed.join(', ')}` : 'nothing to change';
      console.log(json ? JSON.stringify({ changed }, null, 2) : said);
    });
}

/** Ids of connections and endpoints that the hub has and the file has not. */
async function findRemoved(file: ConnectionsFile): Promise<string[]> {
  const { getConfiguration } = await import('#lib/connections/store');
  const { connections, endpoints } = await getConfiguration();
  const kept = new Set([
    ...file.connections.map(({ connection }) => connection.id),
    ...(file.endpoints ? file.endpoints.map(({ endpoint }) => endpoint.id) : endpoints.keys()),
  ]);
  return [...connections.keys(), ...endpoints.keys()].filter((id) => !kept.has(id));
}

/** Open deliveries of these connections, which would wait until they are put again. */
async function describeLeft(ids: readonly string[]): Promise<string> {
  const { countOpen } = await import('#lib/deliveries/list');
  const all = await Promise.all(ids.map(async (id) => `${id} has ${describeOpen(await countOpen(id))}`));
  return `; ${all.join(', ')}`;
}
