import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** AWS's own runtime client for Node and the one package it loads, without what builds its native addon. */
const PACKAGES = [
  {
    name: 'aws-lambda-ric',
    version: '4.0.2',
    integrity: 'sha512-FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==',
  },
  {
    name: '@aws/lambda-invoke-store',
    version: '0.2.2',
    integrity: 'sha512-C0NBLsIqzDIae8HFw9YIrIBsbc0xTiOtt7fAukGPnqQ/+zZNaq+4jhuccltK0QuWHBnNm/a6kLIRA6GFiM10eg==',
  },
];
const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/aws-lambda-ric-4.0.2');

/**
 * The client's entry, fetched once and checked by the hashes above. It is no dependency, as installing it would build
 * its addon with cmake, which few machines have.
 */
export async function findRuntimeClient(): Promise<string> {
  if (!existsSync(CACHE)) {
    const making = `${CACHE}.${process.pid}`;
    try {
      for (const each of PACKAGES) await unpack(each, making);
      renameSync(making, CACHE);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  }
  return join(CACHE, 'node_modules/aws-lambda-ric/index.mjs');
}

async function unpack({ name, version, integrity }: (typeof PACKAGES)[number], folder: string): Promise<void> {
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  const { stdout } = await run('npm', ['pack', `${name}@${version}`, '--json', '--pack-destination', folder], {
    cwd: ROOT,
    timeout: 60_000,
  });
  const [packed] = JSON.parse(stdout) as Array<{ filename: string; integrity: string }>;
  if (packed?.integrity !== integrity) throw new Error(`${name}@${version} is not what it was: ${packed?.integrity}`);
  await run('tar', ['-xzf', join(folder, packed.filename), '-C', target, '--strip-components=1']);
}
