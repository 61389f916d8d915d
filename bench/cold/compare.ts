import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { functions } from '#lib/topology';
import { type Bundled, type Bundling, bundle, sourcesIn, startOf } from '../bundle.ts';
import { percentile, progress } from '../report.ts';

const ROOT = join(import.meta.dirname, '../..');
const WEBHOOK_RATIO = 1.15;
const RATIO = 1.5;
/** The function for agents has no AWS client but their protocol's SDK; its floor is the ledger's client. */
const AGENTS_RATIO = 2.5;
const WEBHOOK_BYTES = 500_000;
/** Other work on the machine only adds to a load, so the faster quarter counts: on an idle one, near the median. */
const UNDISTURBED = 0.25;
/** SST's bundling if a stack sets nothing. */
export const SST_DEFAULTS: Bundling = { minify: true };

interface Measured {
  bytes: number;
  gzipBytes: number;
  ms: number;
  cpuMs: number;
  /** The first call after the load; only measured for the API. */
  firstMs: number;
}

export interface Result extends Measured {
  name: string;
  clients: ClientName[];
  /** A handler that constructs the same SDK clients and does nothing else. */
  floors: {
    /** Bundled like the function: limits are multiples of this. */
    same: Measured;
    /** Bundled with SST's defaults. */
    defaults: Measured;
  };
  /** The function's time divided by the floor's, bundled the same way. */
  ratio: number;
  cpuRatio: number;
  limit: number;
  met: boolean;
}

interface Asked {
  /** Only functions whose name contains this. */
  only: string;
  runs: number;
  settings: Bundling;
}

/** Bundles functions and floors into a folder and loads all of them in turns. */
export async function compare(folder: string, { only, runs, settings }: Asked): Promise<Result[]> {
  const bundles = new Map<string, Bundled>();
  const subjects: Array<{ name: string; clients: ClientName[]; floors: Record<keyof Result['floors'], string> }> = [];
  const bundleFloor = async (clients: readonly ClientName[], settings: Bundling) => {
    const name = [settings === SST_DEFAULTS ? 'sst' : 'floor', ...clients].join('-');
    const stdin = { contents: floorSource(clients), resolveDir: ROOT };
    // Functions with the same clients share a floor.
    if (!bundles.has(name)) bundles.set(name, await bundle({ stdin }, join(folder, name), settings));
    return name;
  };
  for (const { name, handler } of functions.filter((each) => each.name.includes(only))) {
    progress(`bundling ${name}`);
    const entryPoints = [join(ROOT, handler.replace(/\.handler$/, '.ts'))];
    const bundled = await bundle({ entryPoints }, join(folder, name), settings);
    bundles.set(name, bundled);
    const clients = clientsIn(bundled.metafile);
    const floored: ClientName[] = clients.length > 0 ? clients : ['dynamodb'];
    const floors = {
      same: await bundleFloor(floored, settings),
      defaults: await bundleFloor(floored, SST_DEFAULTS),
    };
    subjects.push({ name, clients, floors });
  }
  const files = new Map([...bundles].map(([name, { file }]) => [name, file]));
  const times = await timeLoads(files, runs, (round) => progress(`round ${round} of ${runs}`));
  const read = (name: string): Measured => {
    const loads = times.get(name) ?? [];
    const of = (what: keyof Load) =>
      percentile(
        loads.map((load) => load[what]),
        UNDISTURBED,
      );
    return { ...sizeOf(bundles.get(name)), ms: of('ms'), cpuMs: of('cpuMs'), firstMs: of('firstMs') };
  };
  return subjects.map(({ name, clients, floors: { same, defaults } }) =>
    judge(name, clients, read(name), { same: read(same), defaults: read(defaults) }),
  );
}

function sizeOf(bundled: Bundled | undefined): Pick<Measured, 'bytes' | 'gzipBytes'> {
  if (!bundled) return { bytes: 0, gzipBytes: 0 };
  const { file, bytes, metafile } = bundled;
  const names = Object.keys(metafile.outputs).map((path) => path.slice(path.lastIndexOf('/') + 1));
  const gzipped = names.map((name) => gzipSync(readFileSync(join(dirname(file), name))).length);
  return { bytes, gzipBytes: gzipped.reduce((sum, length) => sum + length, 0) };
}

function judge(name: string, clients: ClientName[], own: Measured, floors: Result['floors']): Result {
  const isWebhook = name.startsWith('webhook-');
  const [ratio, cpuRatio] = [own.ms / floors.same.ms, own.cpuMs / floors.same.cpuMs];
  const limit = isWebhook ? WEBHOOK_RATIO : clients.length > 0 ? RATIO : AGENTS_RATIO;
  const met = ratio <= limit && (!isWebhook || own.bytes <= WEBHOOK_BYTES);
  return { name, clients, ...own, floors, ratio, cpuRatio, limit, met };
}

/** The clients that a hand-written handler would construct, with a command of each. */
const CLIENTS = {
  dynamodb: { module: '@aws-sdk/client-dynamodb', client: 'DynamoDBClient', command: 'GetItemCommand' },
  sqs: { module: '@aws-sdk/client-sqs', client: 'SQSClient', command: 'SendMessageCommand' },
  secrets: {
    module: '@aws-sdk/client-secrets-manager',
    client: 'SecretsManagerClient',
    command: 'GetSecretValueCommand',
  },
};

type ClientName = keyof typeof CLIENTS;

/** The SDK clients that a bundle starts with. */
function clientsIn(metafile: Metafile): ClientName[] {
  const files = sourcesIn(metafile, startOf(metafile));
  const names = Object.keys(CLIENTS) as ClientName[];
  return names.filter((name) => files.some((file) => file.includes(`node_modules/${CLIENTS[name].module}/`)));
}

/** A handler that imports and constructs these clients, can call each, and does nothing else. */
function floorSource(clients: readonly ClientName[]): string {
  const used = clients.map((name) => ({ name, ...CLIENTS[name] }));
  const calls = used.map(({ name, command }) => `await ${name}.send(new ${command}(event));`);
  return [
    ...used.map(({ client, command, module }) => `import { ${client}, ${command} } from '${module}';`),
    ...used.map(({ name, client }) => `const ${name} = new ${client}({});`),
    `export const handler = async (event) => { ${calls.join(' ')} };`,
  ].join('\n');
}

const run = promisify(execFile);

/** The environment that Lambda sets; without the caller's NODE_OPTIONS and compile cache. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

/** A request without a key: the API answers 401 without calling AWS, having loaded all that an answer needs. */
const API_EVENT = {
  ...{ version: '2.0', rawPath: '/orders', rawQueryString: '', headers: {}, isBase64Encoded: false },
  requestContext: { http: { method: 'GET', path: '/orders' }, domainName: 'hub.test' },
};

interface Load {
  ms: number;
  /** CPU of all threads: steadier than `ms` while others use the machine. */
  cpuMs: number;
  /** Milliseconds of the first call, if one was made. */
  firstMs: number;
}

/**
 * Loads each file `runs` times, each time in a new process. The files take turns, round by round, so that a slow minute
 * of the machine affects all of them.
 */
async function timeLoads<Name extends string>(
  files: ReadonlyMap<Name, string>,
  runs: number,
  onRound: (round: number) => void,
): Promise<Map<Name, Load[]>> {
  const times = new Map<Name, Load[]>([...files.keys()].map((name) => [name, []]));
  // The first round fills the disk's cache and does not count.
  for (let round = 0; round <= runs; round++) {
    onRound(round);
    // Shuffled each round, so that no load always follows the same neighbor.
    for (const [name, file] of shuffled([...files])) {
      const load = await timeLoad(file, name === 'api' ? [JSON.stringify(API_EVENT)] : []);
      if (round > 0) times.get(name)?.push(load);
    }
  }
  return times;
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

async function timeLoad(file: string, event: readonly string[]): Promise<Load> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'load.mjs'), file, ...event], {
    env: ENVIRONMENT,
  });
  return JSON.parse(stdout) as Load;
}
