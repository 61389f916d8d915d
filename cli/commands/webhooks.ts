import type { Command } from 'commander';
import { createHttp } from '#lib/http/client';
import type { Connector, RemoteContext } from '#lib/marketplaces/contract';
import { loadConnector } from '#lib/marketplaces/load';
import { httpTimeoutMs } from '#lib/settings';
import { type Synced, syncWebhooks } from '#lib/webhooks/sync';
import { readConnectionsFile } from '../connections-file.ts';
import { CliError, EXIT, usageError } from '../errors.ts';
import { examples } from '../options.ts';
import { openSession, readHubUrl } from '../session.ts';

interface Options {
  connection: string;
  url?: string;
  connections?: string;
  dryRun?: boolean;
}

/** `longshore webhooks sync`: the hub's URLs at a marketplace. */
export function addWebhooks(program: Command): void {
  program
    .command('webhooks')
    .description('where the marketplaces call the hub')
    .command('sync')
    .description("register the hub's URLs at a connection's marketplace and repair them, or say what to paste where")
    .requiredOption('--connection <id>', 'whose webhooks')
    .option(
      '--connections <file>',
      'from this machine, with a connections file; --url is what the marketplace will call',
    )
    .option('--dry-run', 'only say what would be done')
    .addHelpText(
      'after',
      `${examples(
        'webhooks sync --connection marketful-mx --dry-run',
        'webhooks sync --connection marketful-mx --url https://hub.example',
        'webhooks sync --connection marketful-mx --url https://hub.example --connections connections.json',
      )}
The hub registers the address at which you reach it, with --url or LONGSHORE_URL.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options & { json?: boolean }>();
      const { connection: id, connections: file, dryRun = false } = options;
      const synced = file === undefined ? await askHub(command, id, dryRun) : await syncFrom(file, options);
      const { info, webhookRegistry } = await loadConnector(synced.marketplace);
      console.log(
        options.json ? JSON.stringify(synced, null, 2) : describe(synced, info.title, webhookRegistry !== undefined),
      );
      if (synced.webhooks.some(({ error }) => error !== undefined)) process.exitCode = EXIT.failed;
    });
}

const askHub = (command: Command, id: string, dryRun: boolean): Promise<Synced> =>
  openSession(command).api.post(`/connections/${encodeURIComponent(id)}/webhooks/sync`, { dryRun });

async function syncFrom(file: string, { connection, url, dryRun = false }: Options): Promise<Synced> {
  if (!url) throw usageError("--url is wanted: the hub's public address, such as https://hub.example");
  const hub = readHubUrl(url);
  const { connector, context } = await openFromFile(file, connection);
  return syncWebhooks(connector, context, { hub, dryRun });
}

/** Enough to call a remote by hand: no table and no budget, which other workers would share. */
async function openFromFile(path: string, id: string): Promise<{ connector: Connector; context: RemoteContext }> {
  const { connections } = await readConnectionsFile(path);
  const found = connections.find(({ connection }) => connection.id === id);
  const known = connections.map(({ connection }) => connection.id).join(', ');
  if (!found) throw new CliError(`there is no connection "${id}"; there are: ${known || 'none'}`);
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

const DONE = { keep: 'stands', create: 'registered', remove: 'removed', leave: 'not ours', paste: '' } as const;
const DUE = { ...DONE, create: 'to be registered', remove: 'to be removed' } as const;

/** What was done, one line a URL; secrets are shown as `…`. */
function describe({ connection, dryRun, webhooks, pasteHint }: Synced, title: string, registers: boolean): string {
  if (webhooks.length === 0) return `${connection}: ${title} calls nobody; it is polled`;
  const words = dryRun ? DUE : DONE;
  const lines = webhooks.map(({ action, topic, url, error }) => {
    const told = error === undefined ? words[action] : `failed: ${error}`;
    return `  ${[told, topic ?? '(another event)', url].filter(Boolean).join('  ')}`;
  });
  if (registers) return [`${connection}: webhooks at ${title}`, ...lines].join('\n');
  const hint = pasteHint ?? `${title} has no API for webhooks: tell it these URLs.`;
  return [`${connection}: ${hint}`, ...lines].join('\n');
}
