import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { machinePath, root } from './child.mjs';

// Asks the registry for known vulnerabilities of what is locked. One in what is shipped fails unless supply-chain.json
// says why it does not matter; one in a tool is told. A registry without advisories is told and does not fail, but with
// --required.
const NPM = ['audit', '--json', '--package-lock-only', '--fetch-retries=0', '--fetch-timeout=15000'];
const { advisories: explained } = JSON.parse(readFileSync(path.join(root, 'supply-chain.json'), 'utf8'));

const [all, shipped] = await Promise.all([ask([]), ask(['--omit=dev'])]);
const failure = all.failure ?? shipped.failure;
if (failure) {
  console.error(`audit: NOT DONE, the registry gave no advisories: ${failure}`);
  process.exitCode = process.argv.includes('--required') ? 1 : 0;
} else {
  const serious = new Set(shipped.found.map(({ id }) => id));
  for (const { id, name, severity, title } of all.found) {
    const verdict = explained[id] ? `explained: ${explained[id]}` : serious.has(id) ? 'SHIPPED' : 'in a tool';
    console.error(`audit: ${id} ${name} (${severity}): ${title}: ${verdict}`);
    if (serious.has(id) && !explained[id]) process.exitCode = 1;
  }
  console.error(`audit: ${all.found.length} advisories, ${shipped.found.length} of them for what is shipped`);
}

/** The advisories by their GHSA ids, or why there are none to be had. */
function ask(more) {
  return new Promise((resolve) => {
    execFile('npm', [...NPM, ...more], { cwd: root, env: machinePath(), maxBuffer: 1 << 26 }, (error, stdout) => {
      // npm's exit code says that there are findings, and also that there is no answer.
      resolve(read(stdout) ?? { failure: error?.message.split('\n')[0] ?? 'no answer' });
    });
  });
}

function read(text) {
  try {
    const { vulnerabilities, message, error } = JSON.parse(text);
    if (!vulnerabilities) return { failure: message || error?.summary || 'an answer without advisories' };
    const vias = Object.values(vulnerabilities).flatMap(({ via }) => via.filter((each) => typeof each === 'object'));
    const found = vias.map(({ url, name, severity, title }) => ({ id: url.split('/').at(-1), name, severity, title }));
    return { found: [...new Map(found.map((each) => [each.id, each])).values()] };
  } catch {
    return undefined;
  }
}
