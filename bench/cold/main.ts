import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundling } from '../../stacks/bundling.ts';
import { progress, table } from '../report.ts';
import { compare, type Result } from './compare.ts';

const HELP = `Usage: npm run bench:cold -- [options]

  --runs N         loads of each bundle that count (default 15)
  --only TEXT      functions whose name contains it
  --sst-defaults   bundle functions and floors as SST does when not told otherwise
  --json           the results for machines
  --help           this text`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    'sst-defaults': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
if (values.help || !(runs >= 1)) console.log(HELP);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-cold-'));
  try {
    const settings = values['sst-defaults'] ? { minify: true } : bundling;
    const results = await compare(folder, { only: values.only, runs, settings });
    progress('');
    console.log(values.json ? JSON.stringify({ node: process.version, runs, results }, null, 2) : print(results));
    return results.every(({ met }) => met);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(results: readonly Result[]): string {
  const rows = results.map(({ name, floor, documentRatio, cpuRatio, ratio, limit, met, ...own }) => [
    name,
    `${ratio.toFixed(2)} ×`,
    `${documentRatio.toFixed(2)} ×`,
    `${cpuRatio.toFixed(2)} ×`,
    `${limit.toFixed(2)} ×`,
    own.ms.toFixed(1),
    floor.ms.toFixed(1),
    kilobytes(own.bytes),
    kilobytes(floor.bytes),
    kilobytes(own.gzipBytes),
    met ? '' : '✘',
  ]);
  const head = [
    'function',
    'ratio',
    'to DocumentClient',
    'CPU',
    'limit',
    'ms',
    'floor ms',
    'KB',
    'floor KB',
    'gzip KB',
    '',
  ];
  return `${table(head, rows)}\n\nNode ${process.version}, median of ${runs} loads of each, in turns.`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
