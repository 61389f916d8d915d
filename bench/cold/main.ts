import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundling } from '../../stacks/bundling.ts';
import { readOptions } from '../options.ts';
import { progress, table } from '../report.ts';
import { compare, type Result, SST_DEFAULTS } from './compare.ts';

const options = readOptions('bench:cold', {
  runs: ['N', 'loads of each bundle that count', 15],
  only: ['TEXT', 'functions whose name contains it'],
  'sst-defaults': ['bundle functions and floors as SST does when not told otherwise'],
  out: ['DIR', 'leave the bundles there'],
  json: ['the results for machines'],
});
const { runs, only = '', out } = options;

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const folder = out ? resolve(out) : mkdtempSync(join(tmpdir(), 'longshore-cold-'));
  try {
    const settings = options['sst-defaults'] ? SST_DEFAULTS : bundling;
    const results = await compare(folder, { only, runs, settings });
    progress('');
    console.log(options.json ? JSON.stringify({ node: process.version, runs, results }, null, 2) : print(results));
    return results.every(({ met }) => met);
  } finally {
    if (!out) rmSync(folder, { recursive: true, force: true });
  }
}

function print(results: readonly Result[]): string {
  const rows = results.map(({ name, ratio, cpuRatio, limit, met, floors: { same, defaults }, ...own }) => [
    name,
    ...[ratio, limit, own.ms / defaults.ms, cpuRatio].map((times) => `${times.toFixed(2)} ×`),
    ...[own.ms, same.ms, defaults.ms].map((ms) => ms.toFixed(1)),
    ...[own.bytes, same.bytes, own.gzipBytes].map(kilobytes),
    met ? '' : '✘',
  ]);
  const ratios = ['ratio', 'limit', "to SST's", 'CPU'];
  const head = ['function', ...ratios, 'ms', 'floor ms', "SST's ms", 'KB', 'floor KB', 'gzip KB', ''];
  const api = results.find(({ name }) => name === 'api');
  return [
    table(head, rows),
    ...(api ? [`The first request to the API takes ${api.firstMs.toFixed(0)} ms more: it loads what it is for.`] : []),
    `Node ${process.version}, the faster quarter of ${runs} loads of each, in turns. The floor constructs the same clients and does nothing else, bundled the same way; SST's is that bundled by SST's defaults.`,
  ].join('\n\n');
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
