import { Option } from 'commander';
import type { RemoteContext } from '#lib/marketplaces/action';
import { loadConnector } from '#lib/marketplaces/load';
import { createHttp } from '#lib/platform/http/client';
import { httpTimeoutMs } from '#lib/platform/settings';
import { type Synced, syncWebhooks } from '#lib/webhooks/sync';
import type { Command } from '../command.ts';
import { readConnectionsFile } from '../connections-file.ts';
import { atDeployment } from '../deployment.ts';
import { CliError, EXIT, refusal, usageError } from '../errors.ts';
import { printable, renderJson } from '../format.ts';
import { yes } from '../options.ts';
import { openSession, readHubUrl } from '../session.ts';

interface Options {
  connection: string;
  url?: string;
  connections?: string;
  outputs?: string;
  dryRun?: boolean;
  yes?: boolean;
}

export function addWebhooks(program: Command): void {
  program
    .command('webhooks')
    .description('where the marketplaces call the hub')
    .command('sync')
    .description("register the hub's URLs at a connection's marketplace and repair them, or say what to paste where")
    .requiredOption('--connection <id>', 'whose webhooks')
    .option('--connections <file>', 'from here, with a connections file; --url is what the marketplace will call')
    .addOption(
      new Option(
        '--outputs <file>',
        'from here, with AWS credentials; --url is what the marketplace will call',
      ).conflicts('connections'),
    )
    .option('--dry-run', 'only say what would be done')
    .addOption(yes("also where somebody else's URL has to go for it"))
    .examples(
      'webhooks sync --connection marketful-mx --dry-run',
      'webhooks sync --connection marketful-mx --url https://hub.example',
      'webhooks sync --connection marketful-mx --url https://hub.example --connections connections.json',
    )
    .remark(
      `The hub registers its PUBLIC_URL: the address it was deployed to, or what npm start was told. For any other address do it from
here, with --url and --connections, or --outputs .longshore/outputs.json.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options & { json?: boolean }>();
      const run = (dryRun: boolean) => {
        const asked = { ...options, dryRun };
        return options.connections || options.outputs ? syncFromHere(command, asked) : askHub(command, asked);
      };
      const mayReplace = options.yes || options.dryRun;
      const plan = mayReplace ? undefined : await run(true);
      const replaces = plan?.webhooks.some(({ isForeign }) => isForeign) ?? false;
      const synced = plan && replaces ? plan : await run(options.dryRun ?? false);
      const { info, webhookRegistry } = await loadConnector(synced.marketplace);
      console.log(
        options.json ? renderJson(synced) : printable(describe(synced, info.title, webhookRegistry !== undefined)),
      );
      if (replaces) throw refusal("nothing was done: somebody else's URL would be removed; say --yes to do it");
      if (synced.webhooks.some(({ error }) => error !== undefined)) process.exitCode = EXIT.failed;
    });
}

const askHub = (command: Command, { connection, dryRun = false }: Options): Promise<Synced> =>
  openSession(command).api.post(`/connections/${encodeURIComponent(connection)}/webhooks/sync`, { dryRun });

async function syncFromHere(
  command: Command,
  { connection, url, connections: file, dryRun = false }: Options,
): Promise<Synced> {
  if (!url) throw usageError("--url is wanted: the hub's public address, such as https://hub.example");
  const hub = readHubUrl(url);
  const sync = async () => {
    const remote = await (file === undefined ? openDeployed(connection) : openFromFile(file, connection));
    return syncWebhooks(await loadConnector(remote.connection.marketplace), remote, { hub, dryRun });
  };
  return file === undefined ? atDeployment(command, sync) : sync();
}

/** Calls a remote from this machine: without a table, so its rate limit is not shared with the hub's workers. */
async function openFromFile(path: string, id: string): Promise<RemoteContext> {
  const { connections } = await readConnectionsFile(path);
  const all = new Map(connections.map((each) => [each.connection.id, each]));
  const { connection, secrets } = all.get(id) ?? notThere(id, [...all.keys()]);
  const budget = { take: async () => {}, pause: async () => {} };
  return {
    connection,
    secrets,
    http: createHttp({ baseUrl: connection.baseUrl, budget, timeoutMs: httpTimeoutMs() }),
    token: async (grants) => (await grants.login()).accessToken,
    findProduct: async () => undefined,
    now: () => new Date(),
  };
}

/** How long a call waits for the connection's rate limit. */
const MAX_WAIT_MS = 60_000;

async function openDeployed(id: string): Promise<RemoteContext> {
  const { getConfiguration } = await import('#lib/connections/store');
  const { openRemote } = await import('#lib/marketplaces/remote');
  const { connections } = await getConfiguration();
  const connection = connections.get(id) ?? notThere(id, [...connections.keys()]);
  return openRemote(connection, { maxWaitMs: MAX_WAIT_MS });
}

function notThere(id: string, known: readonly string[]): never {
  throw new CliError(`there is no connection "${id}"; there are: ${known.join(', ') || 'none'}`);
}

const DONE = { keep: 'stands', create: 'registered', remove: 'removed', leave: 'not ours', paste: '' } as const;
const DUE = { ...DONE, create: 'to be registered', remove: 'to be removed' } as const;

/** What was done, one line for each URL; secrets are shown as `…`. */
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
