import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/hub.ts';
import {
  findForeign,
  findProblems,
  type Lock,
  type Locked,
  type Manifest,
  nameOf,
  type Policy,
  packagesOf,
} from './problems.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = <T>(file: string): T => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as T;

const manifest = read<Manifest>('package.json');
const lock = read<Lock>('package-lock.json');
const policy = read<Policy>('supply-chain.json');

test('every package is pinned, hashed, under a license on the list, and runs no script unasked', () => {
  expect(findProblems(manifest, lock, policy)).toEqual([]);
});

const NEW: Locked = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' };

/** What is reported if this package is added. */
const planted = (locked: Locked): string[] =>
  findProblems(manifest, { packages: { ...lock.packages, 'node_modules/a/node_modules/@new/one': locked } }, policy);

test.each<[string, Locked, RegExp[]]>([
  ['nothing about a package in order', NEW, []],
  ['a new license', { ...NEW, license: 'GPL-3.0-only' }, [/^@new\/one: the license GPL-3.0-only is not on the list/]],
  ['a license for tools alone in what is shipped', { ...NEW, license: 'MPL-2.0' }, [/MPL-2.0 .* what is shipped/]],
  ['no license', { version: '1.0.0', integrity: 'sha512-x' }, [/the license \(none\)/]],
  ['a license that binds beside one that is allowed', { ...NEW, license: '(MIT AND GPL-2.0-only)' }, [/GPL-2.0-only/]],
  ['nothing about a license that leaves the choice', { ...NEW, license: '(MIT OR GPL-2.0-only)' }, []],
  [
    'an install script',
    { ...NEW, hasInstallScript: true },
    [/has a script for when it is installed and is not in allow/],
  ],
  ['a package without a hash', { version: '1.0.0', license: 'MIT' }, [/has no integrity hash/]],
  [
    'a package from a repository',
    { ...NEW, resolved: 'git+ssh://git@host/one.git#1' },
    [/elsewhere than the registry/],
  ],
])('a check that fails: it names %s', (_, locked, said) => {
  expect(planted(locked)).toEqual(said.map((words) => expect.stringMatching(words)));
});

test.each(['^4.13.19', '~4.13.19', '4.x', '*', 'latest', '>=4', 'npm:other@1.0.0', 'github:honojs/hono'])(
  'a check that fails: it names the range %s',
  (range) => {
    const loose = { ...manifest, dependencies: { ...manifest.dependencies, hono: range } };
    expect(findProblems(loose, lock, policy)).toEqual([
      `hono: "${range}" is not an exact version`,
      'hono: package-lock.json knows another version',
    ]);
  },
);

test('a check that fails: it names what a list holds without need', () => {
  const allowScripts = { ...manifest.allowScripts, hono: true };
  expect(findProblems({ ...manifest, allowScripts }, lock, policy)).toEqual([
    'hono: is in allowScripts of package.json without need',
  ]);
});

test('what the platform of SST installs is locked with hashes, and is what that platform asks for', () => {
  const platform = read<Lock>('scripts/platform/package-lock.json');
  expect(packagesOf(platform).flatMap(findForeign)).toEqual([]);
  const { dependencies, devDependencies } = read<Manifest>('.sst/platform/package.json');
  expect(platform.packages['']).toMatchObject({ dependencies, devDependencies });
});

interface Bill {
  components: Array<{ name: string; version: string; licenses?: object[] }>;
}

test('the bill of materials names every locked package with its license, and is the same each time', () => {
  const folder = temporaryFolder();
  const [text, again] = ['one.json', 'two.json'].map((file) => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/sbom.mjs'), join(folder, file)]);
    return readFileSync(join(folder, file), 'utf8');
  });
  expect(text).toBe(again);
  const { components } = JSON.parse(text ?? '') as Bill;
  const locked = Object.entries(lock.packages).flatMap(([path, { version }]) =>
    path === '' ? [] : [`${nameOf(path)}@${version}`],
  );
  expect(components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([...new Set(locked)].sort());
  expect(components.filter(({ licenses }) => !licenses?.length)).toEqual([]);
});

test('the browser and the generator that only tests need are locked with hashes', () => {
  expect(packagesOf(read<Lock>('scripts/tools/package-lock.json')).flatMap(findForeign)).toEqual([]);
});
