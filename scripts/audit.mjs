import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { machinePath, root } from './child.mjs';

// Asks the registry for known vulnerabilities of the locked packages. Fails for one in what is shipped, and if the
// registry knows none at all, as then nothing was audited; unless supply-chain.json has an exception with a reason and
// an end. Vulnerabilities in tools are only reported.
const NPM = ['audit', '--json', '--package-lock-only', '--fetch-retries=0', '--fetch-timeout=15000'];
const NOT_DONE = 'no-advisories';
/** Exceptions must be reviewed: one that ends later than this is invalid. */
const LONGEST_DAYS = 120;
const DAY_MS = 24 * 3600 * 1000;

const [policy = path.join(root, 'supply-chain.json')] = process.argv.slice(2);
const { exceptions } = JSON.parse(readFileSync(policy, 'utf8'));

/** Every registry with advisories has one for this: a registry that names none has no advisories. */
const KNOWN = { minimist: '0.0.8' };

const [all, shipped, known] = await Promise.all([ask([]), ask(['--omit=dev']), ask([], lockOf(KNOWN))]);
const silence = known.found?.length === 0 ? 'it names nothing that is known of minimist 0.0.8' : undefined;
const failure = all.failure ?? shipped.failure ?? known.failure ?? silence;
if (failure) judge(NOT_DONE, `NOT DONE, the registry gave no advisories: ${failure}`);
else {
  const serious = new Set(shipped.found.map(({ id }) => id));
  for (const { id, name, severity, title } of all.found) {
    const what = `${id} ${name} (${severity}): ${title}`;
    if (serious.has(id)) judge(id, `${what}: SHIPPED`);
    else console.error(`audit: ${what}: in a tool`);
  }
  console.error(`audit: ${all.found.length} advisories, ${shipped.found.length} of them for what is shipped`);
}

/** Fails the run unless an exception is valid today. */
function judge(id, what) {
  const { reason, until } = exceptions[id] ?? {};
  const days = (Date.parse(until) - Date.now()) / DAY_MS;
  const excepted = Boolean(reason) && days > 0 && days <= LONGEST_DAYS;
  const why = excepted ? `excepted until ${until}: ${reason}` : whyNot(id, until, days);
  console.error(`audit: ${what}\naudit: ${why}`);
  if (!excepted) process.exitCode = 1;
}

function whyNot(id, until, days) {
  if (until === undefined) return `exceptions of supply-chain.json has no "${id}"`;
  if (days <= 0) return `the exception "${id}" of supply-chain.json ended on ${until}`;
  return `the exception "${id}" of supply-chain.json wants a reason, and an end within ${LONGEST_DAYS} days`;
}

/** A folder whose lock has these packages. */
function lockOf(dependencies) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'longshore-audit-'));
  const locked = Object.entries(dependencies).map(([name, version]) => [`node_modules/${name}`, { version }]);
  const lock = { lockfileVersion: 3, packages: { '': { dependencies }, ...Object.fromEntries(locked) } };
  writeFileSync(path.join(cwd, 'package.json'), JSON.stringify({ dependencies }));
  writeFileSync(path.join(cwd, 'package-lock.json'), JSON.stringify(lock));
  process.once('exit', () => rmSync(cwd, { recursive: true }));
  return cwd;
}

/** The advisories by their GHSA ids, or why there are none. */
function ask(more, cwd = root) {
  return new Promise((resolve) => {
    execFile('npm', [...NPM, ...more], { cwd, env: machinePath(), maxBuffer: 1 << 26 }, (error, stdout) => {
      // npm's exit code does not tell findings from a failure to get any.
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
