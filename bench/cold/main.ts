import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundling } from '../../stacks/bundling.ts';
import { progress, table } from '../report.ts';
import { compare, type Result, SST_DEFAULTS } from './compare.ts';

const HELP = `Usage: npm run bench:cold -- [options]

  --runs N         loads of each bundle that count (default 15)
  --only TEXT      functions whose name contains it
  --sst-defaults   bundle functions and floors as SST does when not told otherwise
  --out DIR        leave the bundles there
  --json           the results for machines
  --help           this text`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    'sst-defaults': { type: 'boolean', default: false },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
if (values.help || !(runs >= 1)) console.log(HELP);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const folder = values.out ? resolve(values.out) : mkdtempSync(join(tmpdir(), 'longshore-cold-'));
  try {
    const settings = values['sst-defaults'] ? SST_DEFAULTS : bundling;
    const results = await compare(folder, { only: values.only, runs, settings });
    progress('');
    console.log(values.json ? JSON.stringify({ node: process.version, runs, results }, null, 2) : print(results));
    return results.every(({ met }) => met);
  } finally {
    if (!values.out) rmSync(folder, { recursive: true, force: true });
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
