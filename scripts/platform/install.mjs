#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { machinePath, root } from '../child.mjs';

// SST calls this in place of Bun, in .sst/platform: npm installs what its components need, at the versions and hashes of the
// lock beside this file. Without a lock npm would look for the versions of 600 packages each time, and take what it finds.
// No script of these packages runs: theirs only fetch binaries for building that SST does not use here.
copyFileSync(path.join(root, 'scripts/platform/package-lock.json'), 'package-lock.json');
const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
  env: machinePath(),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
