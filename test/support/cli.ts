import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { main } from '../../cli/main.ts';
import { keepEnvironment } from './environment.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a command in a process of its own, as an operator does. */
export function startCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcessByStdio<null, Readable, Readable>; done: Promise<Ran> } {
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), [join(ROOT, 'cli/longshore.ts'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const done = Promise.all([text(child.stdout), text(child.stderr), ended]).then(([out, err, code]) => ({
    code,
    out,
    err,
  }));
  return { child, done };
}

/** The same in this process, in a twentieth of the time. One at a time, as they share its output. */
export async function runCommand(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const said = { out: '', err: '' };
  const listen = (stream: 'stdout' | 'stderr', into: keyof typeof said) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      said[into] += chunk;
      return true;
    });
  const tell = (method: 'log' | 'error', into: keyof typeof said) =>
    vi.spyOn(console, method).mockImplementation((line) => {
      said[into] += `${line}\n`;
    });
  const spies = [listen('stdout', 'out'), listen('stderr', 'err'), tell('log', 'out'), tell('error', 'err')];
  const [restoreEnvironment, { exitCode }] = [keepEnvironment(), process];
  Object.assign(process.env, env);
  process.exitCode = 0;
  try {
    await main(args);
    return { code: Number(process.exitCode), ...said };
  } finally {
    process.exitCode = exitCode;
    restoreEnvironment();
    for (const spy of spies) spy.mockRestore();
  }
}
