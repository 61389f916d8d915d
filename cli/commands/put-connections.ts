import type { ConnectionsFile } from '#lib/connections/file';
import type { Command } from '../command.ts';
import { readConnectionsFile } from '../connections-file.ts';
import { operatorName } from '../deployment.ts';
import { refusal } from '../errors.ts';
import { describeOpen } from '../format.ts';
import { yes } from '../options.ts';

/** `longshore connections put`: the file becomes the configuration. */
export function addPutConnections(connections: Command): void {
  connections
    .command('put <file>')
    .description('make a connections file the configuration: settings to DynamoDB, secrets to Secrets Manager')
    .addOption(yes('also remove the connections and endpoints that the file does not have'))
    .examples('connections put connections.json', 'connections put connections.json --outputs .longshore/outputs.json')
    .doesAtDeployment(
      async (path: string, { yes: sure }: { yes?: boolean }) => {
        const file = await readConnectionsFile(path);
        const { configure } = await import('#lib/marketplaces/configure');
        const removed = await findRemoved(file);
        if (removed.length > 0 && !sure) {
          const open = await describeLeft(removed);
          throw refusal(
            `${removed.join(', ')} would be removed, which ${path} does not have${open}: say --yes to do it`,
          );
        }
        return { changed: await configure(file, { by: operatorName(), isLive: true }) };
      },
      ({ changed }) => (changed.length > 0 ? `changed and in force: ${changed.join(', ')}` : 'nothing to change'),
    );
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
