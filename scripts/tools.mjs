import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machinePath, root, runQuietly } from './child.mjs';

const folder = path.join(root, 'scripts', 'tools');
const stamp = path.join(folder, 'node_modules', '.longshore-install');

/**
 * Installs what only tests need, above all a browser, into its own folder, so that starting a hub does not download it.
 */
export async function ensureTools() {
  const lock = readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  rmSync(stamp, { force: true });
  const command = ['ci', '--ignore-scripts', '--loglevel=error', '--prefix', folder];
  await runQuietly('Installing the browser for tests (npm ci)', 'npm', command, machinePath());
  writeFileSync(stamp, lock);
}
