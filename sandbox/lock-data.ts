import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes this process the only hub on a data folder; false while another one lives. A killed hub's lock does not count. */
export function lockData(data: string): boolean {
  const path = join(data, 'hub.pid');
  const owner = readOwner(path);
  if (owner !== undefined && owner !== process.pid && isAlive(owner)) return false;
  writeFileSync(path, String(process.pid));
  process.on('exit', () => rmSync(path, { force: true }));
  return true;
}

function readOwner(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // The pid may belong to another process by now; only Linux can tell.
  const cmdline = `/proc/${pid}/cmdline`;
  return !existsSync(cmdline) || readFileSync(cmdline, 'utf8').includes('start.ts');
}
