import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machinePath, root } from './child.mjs';

// Writes the software bill of materials of package-lock.json in CycloneDX format: the same lock gives the same bytes.
const [file = path.join(root, 'sbom.cdx.json')] = process.argv.slice(2);
const NPM = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only', '--loglevel=error'];

const text = execFileSync('npm', NPM, { cwd: root, env: machinePath(), encoding: 'utf8', maxBuffer: 1 << 26 });
const { metadata, ...bill } = JSON.parse(text);
const { timestamp: _timestamp, tools: _tools, component, ...constant } = metadata;
// npm names the application after its folder.
const [name] = component['bom-ref'].split('@');
const made = { ...bill, serialNumber: serialNumber(), metadata: { ...constant, component: { ...component, name } } };
writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`);
console.log(`${path.relative(process.cwd(), file)}: ${made.components.length} packages, CycloneDX ${made.specVersion}`);

/** A UUID made from the lock. */
function serialNumber() {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(12, 15)}`, `8${hash.slice(15, 18)}`];
  return `urn:uuid:${parts.join('-')}-${hash.slice(18, 30)}`;
}
