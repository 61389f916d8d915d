import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = new URL('../..', import.meta.url).pathname;
export const API_KEY = 'test-key';

/** Cleans up what a failed test left behind. */
const atExit: Array<() => void> = [];
process.once('exit', () => {
  for (const cleanUp of atExit) cleanUp();
});

export interface HubProcess {
  url: string;
  data: string;
  /** What the process has printed on stdout and stderr. */
  output(): string;
  /** The content of `hub.log`. */
  log(): string;
  /** A JSON answer of the API; throws for any status but 2xx. */
  get<T>(path: string): Promise<T>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Ends it with SIGKILL, as a power cut would. */
  kill(): Promise<void>;
  /** Ends it with SIGTERM, as Ctrl-C does; returns the exit code. */
  stop(): Promise<number | null>;
}

export interface HubOptions {
  /** A connections file's content; the hub then runs without the sandbox. */
  connections?: unknown;
  data?: string;
  port?: number;
  args?: readonly string[];
  env?: Record<string, string>;
  /** Threads in addition to the one that answers requests; by default none. */
  workers?: number;
}

/** A hub in its own process, on a free port unless one is given; tests talk to it over HTTP only. */
export async function startHubProcess(options: HubOptions = {}): Promise<HubProcess> {
  const { data = temporaryFolder(), connections } = options;
  const { child, output, ended } = spawnHub(
    { ...options, data },
    connections === undefined ? [] : withFile(data, connections),
  );
  const url = await findUrl(child, output);
  const send: HubProcess['send'] = (method, path, body, headers = {}) =>
    fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    url,
    data,
    output,
    log: () => readFileSync(join(data, 'hub.log'), 'utf8'),
    async get<T>(path: string) {
      const response = await send('GET', path);
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    send,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** A hub that is expected not to start: what it printed and how it ended. */
export async function runHub(options: HubOptions): Promise<{ code: number | null; output: string }> {
  const { output, ended } = spawnHub({ data: temporaryFolder(), ...options }, []);
  return { code: await ended, output: output() };
}

function withFile(data: string, connections: unknown): string[] {
  const file = `${data}-connections.json`;
  writeFileSync(file, JSON.stringify(connections));
  return ['--connections', file, '--no-sandbox'];
}

function spawnHub({ data = '', port = 0, args = [], env = {}, workers = 0 }: HubOptions, more: readonly string[]) {
  const child = spawn(
    join(ROOT, 'node_modules/.bin/node'),
    [
      '--import',
      join(ROOT, 'test/support/end-with-parent.ts'),
      join(ROOT, 'sandbox/start.ts'),
      '--port',
      String(port),
      '--data',
      data,
      ...more,
      // With a single thread a hub loads its modules once, which is most of the time a start takes.
      ...['--workers', String(workers)],
      '--quiet',
      ...args,
    ],
    {
      cwd: ROOT,
      // Unsets the address that an earlier test in this worker may have set. Sweeps are rarer, as they are most of what
      // an
      // idle hub takes from the others.
      env: { ...process.env, PUBLIC_URL: undefined, LONGSHORE_API_KEY: API_KEY, SWEEP_INTERVAL_SECONDS: '3', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  atExit.push(() => child.kill('SIGKILL'));
  return { child, output: () => output, ended };
}

async function findUrl(child: ChildProcess, output: () => string): Promise<string> {
  for (let waited = 0; waited < 120_000; waited += 20) {
    const found = /Longshore\s+(http:\S+)/.exec(output());
    if (found?.[1]) return found[1];
    if (child.exitCode !== null) break;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`the hub did not start:\n${output()}`);
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  atExit.push(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}-connections.json`, { force: true });
  });
  return folder;
}

/**
 * A port nobody listens on: a killed hub must come back at the address its marketplaces know. It is below the range
 * from which the system gives ports to connections, one of which could have taken it by the time the hub starts.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return isFree ? port : freePort();
}

/** Waits until `look` returns something, and looks less often over time; fails with what it last saw. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  what: string,
  patienceMs = 200_000,
): Promise<T> {
  const began = Date.now();
  let last: unknown;
  for (let waited = 0; waited < patienceMs; waited = Date.now() - began) {
    try {
      const found = await look();
      if (found) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    // A look costs the hub as much as an order does.
    await sleep(Math.min(500, Math.max(30, waited / 6)));
  }
  throw new Error(`never came: ${what} (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`);
}
