import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ownPath, root, runQuietly } from './child.mjs';

const stamp = path.join(root, '.sst', 'platform', '.longshore-install');

/** Unpacks SST's components and global types into .sst/platform; stacks need them to be checked and synthesized. */
export async function ensurePlatform() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules', 'sst', 'package.json'), 'utf8'));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  rmSync(stamp, { force: true });
  await runQuietly(`Installing the SST ${version} platform`, 'sst', ['install', '--stage', 'test'], {
    ...ownPath(),
    SST_TELEMETRY_DISABLED: '1',
    SST_SKIP_DEPENDENCY_CHECK: '1',
    SST_BUN_PATH: path.join(root, 'scripts', 'platform', 'install.mjs'),
  });
  writeFileSync(stamp, version);
}
