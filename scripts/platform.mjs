import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ownPath, root, runQuietly } from './child.mjs';

const stamp = path.join(root, '.sst', 'platform', '.longshore-install');
const bun = path.join(root, 'node_modules', 'bun', 'bin', 'bun.exe');

/** Unpacks SST's components and global types into .sst/platform, without which stacks neither check nor synthesize. */
export async function ensurePlatform() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules', 'sst', 'package.json'), 'utf8'));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  rmSync(stamp, { force: true });
  const quiet = { SST_TELEMETRY_DISABLED: '1', SST_SKIP_DEPENDENCY_CHECK: '1' };
  const install = (how) =>
    runQuietly(`Installing the SST ${version} platform`, 'sst', ['install', '--stage', 'test'], {
      ...ownPath(),
      ...quiet,
      ...how,
    });
  // Bun installs it from SST's own lock in a fraction of the time; npm does where bun has no binary.
  if (bunRuns()) await install({ SST_BUN_PATH: bun }).catch(() => install({ SST_NO_BUN: '1' }));
  else await install({ SST_NO_BUN: '1' });
  writeFileSync(stamp, version);
}

function bunRuns() {
  try {
    execFileSync(bun, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
