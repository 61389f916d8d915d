import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machinePath, ownPath, root, runQuietly } from './child.mjs';

const inRoot = (...parts) => path.join(root, ...parts);
const stamp = inRoot('node_modules', '.longshore-install');
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Installs the locked packages unless they are installed, and makes sure that Node 24 is among them. */
export async function ensurePackages() {
  const wanted = fingerprint();
  if (!isInstalled(wanted)) {
    rmSync(stamp, { force: true });
    // NODE_ENV=production would leave out the tools; npm reads its other settings as always.
    await runQuietly('Installing packages (npm ci)', 'npm', ['ci', '--include=dev', '--loglevel=error'], machinePath());
  }
  await ensureNode();
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) writeFileSync(stamp, wanted);
}

// Packages contain native binaries, so a folder copied from another machine does not count as installed.
function fingerprint() {
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform} ${process.arch}\n`;
}

function isInstalled(wanted) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  // Installed by hand: npm's own record is newer than the lock, and the pinned versions are there.
  const record = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(record) || statSync(record).mtimeMs < statSync(inRoot('package-lock.json')).mtimeMs) return false;
  const { dependencies, devDependencies } = readJson(inRoot('package.json'));
  return Object.entries({ ...dependencies, ...devDependencies }).every(([name, version]) => {
    const manifest = inRoot('node_modules', name, 'package.json');
    return existsSync(manifest) && readJson(manifest).version === version;
  });
}

/** If install scripts are switched off, npm leaves Node 24 out without a word. */
async function ensureNode() {
  const wanted = `v${readJson(inRoot('package.json')).devDependencies.node}`;
  if (nodeVersion() === wanted) return;
  const command = ['rebuild', 'node', '--ignore-scripts=false'];
  await runQuietly(`Fetching Node ${wanted} (npm rebuild node)`, 'npm', command, machinePath()).catch(() => undefined);
  const found = nodeVersion();
  if (found === wanted || majorOf(found) >= majorOf(wanted)) return;
  throw new Error(
    `needs Node ${wanted} but would run on ${found}: allow the install script of \`node\` (npm ${command.join(' ')}).`,
  );
}

function nodeVersion() {
  try {
    return execFileSync('node', ['--version'], { env: ownPath(), encoding: 'utf8' }).trim();
  } catch {
    return 'none';
  }
}

const majorOf = (version) => Number(/^v(\d+)/.exec(version)?.[1] ?? 0);
