import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const bin = path.join(root, 'node_modules', '.bin');

/** The environment with our own Node 24 and tools before the machine's. */
export const ownPath = () => ({ ...process.env, PATH: [bin, ...machineDirectories()].join(path.delimiter) });

/** The environment without our own tools: npm must not run on the Node that it is about to replace. */
export const machinePath = () => ({ ...process.env, PATH: machineDirectories().join(path.delimiter) });

const machineDirectories = () =>
  (process.env.PATH ?? '').split(path.delimiter).filter((directory) => directory && path.resolve(directory) !== bin);

/** Runs a command on this terminal, passing signals on; resolves with the code that a shell would report. */
export const runAttached = (command, ...args) => run(command, args, ownPath(), 'inherit');

/** The same, but its output is held back, colors included, as `output`. */
export const runCaptured = (command, ...args) =>
  run(command, args, { ...ownPath(), ...(process.stderr.isTTY && { FORCE_COLOR: '1' }) });

function run(command, args, env, stdio = ['ignore', 'pipe', 'pipe']) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    let signaled = false;
    const forward = (signal) => {
      signaled = true;
      // Ctrl-C already reached the child, which shares our terminal; a second signal would mean "stop at once" to it.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const settle = (code) => {
      for (const signal of signals) process.off(signal, forward);
      resolve({ code, signaled, output: Buffer.concat(output).toString() });
    };
    child.on('error', (error) => {
      console.error(`longshore: cannot run ${command}: ${error.message}`);
      settle(127);
    });
    child.on('close', (code, signal) => settle(code ?? 128 + constants.signals[signal]));
  });
}

/** Runs a command behind one progress line; if it fails, throws with all of its output. */
export async function runQuietly(title, command, args, env) {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const line = (text) => process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  line(`${title} …`);
  const ticker = process.stderr.isTTY && setInterval(() => line(`${title} … ${elapsed()}`), 1000);
  // It stops with us: a half-made installation must not go on writing beside the next one.
  const { code, output } = await run(command, args, env);
  clearInterval(ticker);
  line(`${title} ${code === 0 ? 'took' : 'failed after'} ${elapsed()}${process.stderr.isTTY ? '\n' : ''}`);
  if (code === 0) return;
  process.stderr.write(output);
  throw new Error(`\`${[command, ...args].join(' ')}\` ended with code ${code}`);
}
