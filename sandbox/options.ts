import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isLoopback } from './runtime/own-host.ts';

export const HELP = `Usage: npm start -- [options]

  --port N            port of the hub (default 4400)
  --connections FILE  connections instead of the sandbox's own (connections.example.json shows the format)
  --quiet             break nothing on purpose for the console to show
  --no-sandbox        do not start the simulated marketplaces
  --data DIR          where the state lives (default .longshore)
  --fresh             forget the state first
  --fsync             accept nothing before the disk has it: what is accepted outlives a power cut too
  --workers N         threads that work queues and schedules (default 1, on a single core 0: one thread does all)
  --help              this text

Variables: LONGSHORE_API_KEY (default local-dev-key, for the sandbox only), PUBLIC_URL (where marketplaces reach the hub,
such as a tunnel; default http://127.0.0.1:PORT), RETRY_LIMIT (3), RETRY_INTERVAL_SECONDS (300),
POLL_INTERVAL_SECONDS (each connection's own), SWEEP_INTERVAL_SECONDS (60), NOTIFY_SCHEDULE_SECONDS (0,4,60,300,…),
AWAY_AFTER_FAILURES (20), AWAY_AFTER_SECONDS (600), AWAY_PROBE_SECONDS (60).`;

const DEFAULT_KEY = 'local-dev-key';

/** A user's mistake: one line says what it is. */
export class StartError extends Error {}

/** What the command line and the environment ask for. Throws StartError for anything invalid. */
export function readOptions(env: NodeJS.ProcessEnv = process.env, args = process.argv.slice(2)) {
  const options = readArguments(args);
  return { ...options, publicUrl: readPublicUrl(env), apiKey: env.LONGSHORE_API_KEY || DEFAULT_KEY };
}

/** The default key is documented, so anyone may know it: it is allowed for the sandbox only. */
export function refuseDefaultKey(
  { connections, sandbox, publicUrl }: ReturnType<typeof readOptions>,
  env: NodeJS.ProcessEnv = process.env,
): void {
  if (env.LONGSHORE_API_KEY) return;
  const isOpen = publicUrl !== undefined && !isLoopback(publicUrl.hostname);
  const what = connections ? '--connections' : sandbox ? isOpen && `PUBLIC_URL ${publicUrl.href}` : '--no-sandbox';
  if (!what) return;
  throw new StartError(
    `${what} needs a key of its own: set LONGSHORE_API_KEY to something long and random (or to ${DEFAULT_KEY}, which everybody knows, if you mean that)`,
  );
}

function readArguments(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '4400' },
        connections: { type: 'string' },
        sandbox: { type: 'boolean', default: true },
        data: { type: 'string', default: '.longshore' },
        quiet: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        fsync: { type: 'boolean', default: false },
        workers: { type: 'string', default: availableParallelism() > 1 ? '1' : '0' },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is not a port`);
    const workers = Number(values.workers);
    if (!Number.isInteger(workers) || workers < 0 || workers > 8)
      throw new Error(`--workers ${values.workers} is not a number from 0 to 8`);
    return { ...values, port, workers };
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${HELP}`);
  }
}

function readPublicUrl({ PUBLIC_URL: text }: NodeJS.ProcessEnv): URL | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && !url.username && url.pathname === '/' && !url.search && !url.hash)
    return url;
  throw new StartError(`PUBLIC_URL must be the hub's address, such as https://hub.example, not "${text}"`);
}
