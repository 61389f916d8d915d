import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { flushCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { ConnectionsFileError } from '#lib/connections/file';
import { readConnections } from '#lib/marketplaces/read-connections';
import { awsEnvironment, startAws } from './aws/index.ts';
import { askNearby } from './aws/nearby.ts';
import { lockData } from './lock-data.ts';
import { logToFile } from './log-file.ts';
import { serveLoopback } from './loopback.ts';
import type { Marketplaces } from './marketplaces/start.ts';
import { HELP, readOptions, refuseDefaultKey, StartError } from './options.ts';
import { offerTraces } from './runtime/lineage.ts';

let isStopping = false;

/** Starts everything; a user's mistake ends it with one line. */
export async function main(): Promise<void> {
  try {
    await start();
  } catch (error) {
    // The story may still ask a hub that is shutting down.
    if (isStopping) return;
    if (!(error instanceof StartError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const answerNotYet: RequestListener = (_, response) => response.writeHead(503, { 'retry-after': '1' }).end();

async function start(): Promise<void> {
  const options = readOptions();
  if (options.help) return console.log(HELP);
  checkNode();
  refuseDefaultKey(options);
  const given = options.connections ? readFile(options.connections) : undefined;
  // An unusable file is refused before anything starts.
  const parsed = given ? await parse(given.text, given.path) : undefined;
  const data = resolve(options.data);
  if (options.fresh) rmSync(data, { recursive: true, force: true });
  makePrivate(data);
  if (!lockData(data))
    throw new StartError(`${options.data} is in use by another hub: stop it or choose another --data`);

  // Listens at once, so that a port in use is noticed before anything boots; until the hub is up it answers 503.
  const { server, url, port } = await serveLoopback(answerNotYet, options.port).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new StartError(`port ${options.port} is in use: npm start -- --port ${options.port + 1}`);
  });
  const logFile = join(data, 'hub.log');
  logToFile(logFile);

  const older = setAsideOlderState(data);
  if (older)
    console.log(`The state in ${options.data} is of an older version: it is now in ${older}, and all starts anew.\n`);
  const { apiKey, fsync, workers } = options;
  // By default V8 lets a busy heap grow fourfold before it collects old objects; twofold takes a quarter less memory.
  if (workers > 0) setFlagsFromString('--heap-growing-percent=100');
  const aws = await startAws({ dataDir: join(data, 'aws'), fsync, inProcess: workers === 0 });
  askNearby(aws.connect(), aws.emulated);
  const endpoints = { ...awsEnvironment(aws), PUBLIC_URL: options.publicUrl?.origin ?? url, API_URL: url };
  Object.assign(process.env, endpoints);
  offerTraces();
  const { provision } = await import('./provision.ts');
  const environment = await provision();
  Object.assign(process.env, environment);
  // As a deployment writes it: the command line needs it to put connections and keys here.
  const outputs = { url, environment: { ...endpoints, ...environment } };
  writePrivately(join(data, 'outputs.json'), JSON.stringify(outputs, null, 2));
  const marketplaces = options.sandbox
    ? await import('./marketplaces/start.ts').then((vendors) => vendors.startMarketplaces({ data, hub: url, port }))
    : undefined;
  const file = parsed ?? (await parse(JSON.stringify(marketplaces?.connections ?? { connections: [] }), 'the sandbox'));
  const { startHub } = await import('./hub.ts');
  const positionsFile = join(data, 'stream-positions.json');
  const hub = await startHub(server, { file, apiKey, logFile, positionsFile, workers, aws });
  stopOnSignal(async () => {
    await hub.stop();
    await marketplaces?.stop();
    await aws.stop();
  });
  // Node writes its compile cache at exit, which a kill would skip.
  flushCompileCache();
  const connections = file.connections.map(({ connection }) => connection.id);
  console.log(banner(url, options.data, connections, marketplaces));
  const stage = { hub: url, apiKey, marketplaces };
  if (marketplaces && !parsed) {
    const { tellStory } = await import('./story/tell.ts');
    await tellStory({ ...stage, marketplaces, isQuiet: options.quiet });
  }
  const { signInLink } = await import('./story/hub-client.ts');
  const link = await signInLink(url, apiKey);
  if (link) console.log(`Console                   ${url}/console/\n  signs in once           ${link}`);
}

/** Makes the state readable by its owner only: it holds buyers' data. A folder without state keeps its mode. */
function makePrivate(data: string): void {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (existsSync(join(data, 'aws'))) chmodSync(data, 0o700);
}

/** Removes the file first, as an existing file would keep its mode. */
function writePrivately(path: string, content: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, content, { mode: 0o600 });
}

/** Moves away the folder that DynamoDB was kept in before it was a file; nothing reads it. Returns its new place. */
function setAsideOlderState(data: string): string | undefined {
  if (!existsSync(join(data, 'aws', 'dynamodb'))) return undefined;
  const older = join(data, 'aws-older');
  rmSync(older, { recursive: true, force: true });
  renameSync(join(data, 'aws'), older);
  return older;
}

function checkNode(): void {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 24)
    throw new StartError(`Longshore runs on Node 24, this is ${process.version}: start it with npm start`);
}

function readFile(path: string): { path: string; text: string } {
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new StartError(
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message}`,
    );
  }
}

async function parse(text: string, path: string) {
  try {
    const file = await readConnections(text);
    for (const warning of file.warnings) console.warn(`${path}: ${warning}`);
    return file;
  } catch (error) {
    throw error instanceof ConnectionsFileError ? new StartError(`${path}: ${error.message}`) : error;
  }
}

function stopOnSignal(stop: () => Promise<void>): void {
  const onSignal = () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    console.log('\nStopping.');
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function banner(
  url: string,
  data: string,
  connections: readonly string[],
  marketplaces: Marketplaces | undefined,
): string {
  const sandboxes = (marketplaces?.listening ?? []).map(
    ({ title, url: at }) => `  ${`${title} sandbox`.padEnd(24)}${at}`,
  );
  return [
    `Longshore                 ${url}`,
    ...sandboxes,
    `  connections             ${connections.join(', ') || 'none'}`,
    `  state and log           ${data}`,
    '',
  ].join('\n');
}
