import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = new URL('../..', import.meta.url).pathname;
export const API_KEY = 'test-key';

export interface HubProcess {
  url: string;
  data: string;
  output(): string;
  log(): string;
  get<T>(path: string): Promise<T>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** As the power cut does it. */
  kill(): Promise<void>;
  stop(): Promise<number | null>;
}

interface HubOptions {
  connections?: unknown;
  data?: string;
  args?: string[];
  env?: Record<string, string>;
}

/** A hub in a process of its own, on a free port, talked to over HTTP only. */
export async function startHubProcess({
  connections,
  data = temporaryFolder(),
  args = [],
  env = {},
}: HubOptions): Promise<HubProcess> {
  const file = join(data, '..', `${data.split('/').at(-1)}-connections.json`);
  if (connections) writeFileSync(file, JSON.stringify(connections));
  const given = connections ? ['--connections', file, '--no-sandbox'] : [];
  const child = spawn(
    join(ROOT, 'node_modules/.bin/node'),
    [join(ROOT, 'sandbox/start.ts'), '--port', '0', '--data', data, ...given, ...args],
    {
      cwd: ROOT,
      env: { ...process.env, LONGSHORE_API_KEY: API_KEY, SWEEP_INTERVAL_SECONDS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await findUrl(child, () => output);
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
    output: () => output,
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

async function findUrl(child: ChildProcess, output: () => string): Promise<string> {
  for (let waited = 0; waited < 30_000; waited += 20) {
    const found = /Longshore\s+(http:\S+)/.exec(output());
    if (found?.[1]) return found[1];
    if (child.exitCode !== null) break;
    await sleep(20);
  }
  throw new Error(`the hub did not start:\n${output()}`);
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Waits until `look` gives something; fails with what it last saw. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false | null>,
  what: string,
  patienceMs = 20_000,
): Promise<T> {
  const until = Date.now() + patienceMs;
  let last: unknown;
  while (Date.now() < until) {
    try {
      const found = await look();
      if (found) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    await sleep(30);
  }
  throw new Error(`never came: ${what} (last: ${String(last)})`);
}
