#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { machinePath, root } from '../child.mjs';

// SST calls this instead of Bun, in .sst/platform: npm installs what its components need, at the versions and hashes of
// the
// lock beside this file. Without a lock, npm would resolve 600 packages each time and take whatever it finds. Install
// scripts are off: those of these packages only fetch binaries for building that SST does not use here.
copyFileSync(path.join(root, 'scripts/platform/package-lock.json'), 'package-lock.json');
const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
  env: machinePath(),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
