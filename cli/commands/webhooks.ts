import type { Command } from 'commander';
import { createHttp } from '#lib/http/client';
import type { Connector, RemoteContext } from '#lib/marketplaces/contract';
import { loadConnector } from '#lib/marketplaces/registry';
import { httpTimeoutMs } from '#lib/settings';
import { type Synced, syncWebhooks } from '#lib/webhooks/sync';
import { readConnectionsFile } from '../connections-file.ts';
import { loadDeployment } from '../deployment.ts';
import { usageError } from '../errors.ts';
import { examples } from '../options.ts';
import { readHubUrl } from '../session.ts';

interface Options {
  connection: string;
  url?: string;
  connections?: string;
  outputs: string;
  dryRun?: boolean;
  json?: boolean;
}

/** `longshore webhooks sync`: the hub's URLs at a marketplace. */
export function addWebhooks(program: Command): void {
  program
    .command('webhooks')
    .description('where the marketplaces call the hub')
    .command('sync')
    .description("register the hub's URLs at a connection's marketplace and repair them, or say what to paste where")
    .requiredOption('--connection <id>', 'whose webhooks')
    .option('--connections <file>', 'read the connection from a connections file, not from a deployment')
    .option('--outputs <file>', 'what the deployment wrote', '.sst/outputs.json')
    .option('--dry-run', 'only say what would be done')
    .addHelpText(
      'after',
      examples(
        'webhooks sync --connection marketful-mx --url https://hub.example --dry-run',
        'webhooks sync --connection marketful-mx --url https://hub.example',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (!options.url) throw usageError("--url is wanted: the hub's public address, such as https://hub.example");
      const hub = readHubUrl(options.url);
      const { connector, context } = await openConnection(options);
      const synced = await syncWebhooks(connector, context, { hub, dryRun: options.dryRun ?? false });
      console.log(options.json ? JSON.stringify(synced, null, 2) : describe(synced, connector));
      if (synced.webhooks.some(({ error }) => error !== undefined)) process.exitCode = 1;
    });
}

const openConnection = (options: Options): Promise<{ connector: Connector; context: RemoteContext }> =>
  options.connections === undefined ? openDeployed(options) : openFromFile(options.connections, options.connection);

/** Enough to call a remote by hand: no table and no budget, which other workers would share. */
async function openFromFile(path: string, id: string) {
  const { connections } = await readConnectionsFile(path);
  const found = connections.find(({ connection }) => connection.id === id);
  if (!found)
    throw unknownConnection(
      id,
      connections.map(({ connection }) => connection.id),
    );
  const { connection, secrets } = found;
  const budget = { take: async () => {}, pause: async () => {} };
  const context: RemoteContext = {
    connection,
    secrets,
    http: createHttp({ baseUrl: connection.baseUrl, budget, timeoutMs: httpTimeoutMs() }),
    token: async (grants) => (await grants.login()).accessToken,
    findProduct: async () => undefined,
    now: () => new Date(),
  };
  return { connector: await loadConnector(connection.marketplace), context };
}

/** Waits this long for its turn within the connection's requests a minute. */
const MAX_WAIT_MS = 60_000;

async function openDeployed({ connection: id, outputs }: Options) {
  loadDeployment(outputs);
  const { getConfiguration } = await import('#lib/connections/store');
  const { openRemote } = await import('#lib/connections/remote');
  const { connections } = await getConfiguration();
  const connection = connections.get(id);
  if (!connection) throw unknownConnection(id, [...connections.keys()]);
  return {
    connector: await loadConnector(connection.marketplace),
    context: await openRemote(connection, { maxWaitMs: MAX_WAIT_MS }),
  };
}

const unknownConnection = (id: string, known: readonly string[]): Error =>
  new Error(`there is no connection "${id}"; there are: ${known.join(', ') || 'none'}`);

const DONE = { keep: 'stands', create: 'registered', remove: 'removed', leave: 'not ours', paste: '' } as const;
const DUE = { ...DONE, create: 'to be registered', remove: 'to be removed' } as const;

/** What was done, one line a URL; secrets are shown as `…`. */
function describe({ connection, dryRun, webhooks, pasteHint }: Synced, { info, webhookRegistry }: Connector): string {
  if (webhooks.length === 0) return `${connection}: ${info.title} calls nobody; it is polled`;
  const words = dryRun ? DUE : DONE;
  const lines = webhooks.map(({ action, topic, url, error }) => {
    const told = error === undefined ? words[action] : `failed: ${error}`;
    return `  ${[told, topic ?? '(another event)', url].filter(Boolean).join('  ')}`;
  });
  if (webhookRegistry) return [`${connection}: webhooks at ${info.title}`, ...lines].join('\n');
  const hint = pasteHint ?? `${info.title} has no API for webhooks: tell it these URLs.`;
  return [`${connection}: ${hint}`, ...lines].join('\n');
}
