import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const NOT_COPIED = /^(node_modules|\.git|\.longshore|\.sst|\.cache)(\/|$)/;
const copy = mkdtempSync(join(tmpdir(), 'longshore-new-'));
const run = promisify(execFile);
const bin = (tool: string, ...args: string[]) => run(join(copy, 'node_modules/.bin', tool), args, { cwd: copy });
const scaffold = (...args: string[]) => run(process.execPath, ['scripts/new-marketplace.ts', ...args], { cwd: copy });

beforeAll(async () => {
  cpSync(ROOT, copy, { recursive: true, filter: (path) => !NOT_COPIED.test(relative(ROOT, path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await scaffold('acme', '--sells');
  await scaffold('blue-barn', '--ships');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('what is written for a new marketplace is sound as it is', async () => {
  const include = [
    'lib/marketplaces',
    'lib/api',
    'functions',
    'sandbox/marketplaces',
    'test/conformance',
    'lib/topology.ts',
  ];
  writeFileSync(join(copy, 'tsconfig.new.json'), JSON.stringify({ extends: './tsconfig.json', include }));
  await bin('tsc', '--singleThreaded', '--incremental', 'false', '-p', 'tsconfig.new.json');
  await bin('biome', 'check', ...include, 'connections.example.json');
  await bin('knip');
  const suites = ['test/conformance', 'lib/api/api.test.ts', '-t', 'Acme|Blue Barn|folder|OpenAPI'];
  const { stdout } = await bin('vitest', 'run', '--project', 'unit', '--reporter', 'verbose', ...suites);
  for (const what of ['Acme: pushing fulfillment', 'Blue Barn: pushing order', 'every folder is registered', 'OpenAPI'])
    expect(stdout).toContain(what);
});

test.concurrent.each([
  [['Acme!', '--sells'], /"Acme!" is no name/],
  [['a'.repeat(25), '--sells'], /24 characters at most/],
  [['scopio', '--sells'], /lib\/marketplaces\/scopio is there already/],
  [['acme', '--ships'], /lib\/marketplaces\/acme is there already/],
  [['class', '--sells'], /is a word of the language/],
  [['other'], /^Usage: npm run new:marketplace/],
  [['other', '--sells', '--ships'], /^Usage: npm run new:marketplace/],
  [['other', '--buys'], /'--buys'/],
])('%j is refused, and nothing is written', async (args, says) => {
  await expect(scaffold(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(says) });
  expect(existsSync(join(copy, 'lib/marketplaces/other'))).toBe(false);
});
