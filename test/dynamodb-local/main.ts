import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDbLocal, whyNoJava } from './server.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The projects of vitest.config.ts that contain these suites. */
const PROJECTS = ['api', 'whole'];
/** The end-to-end suites, in which a hub, or `lib/` itself, uses this table. */
const SUITES = ['test/*.test.ts', 'test/api/*.test.ts', 'test/marketplaces/*.test.ts'];
const WITHOUT_TABLE = ['test/samples.test.ts', 'test/scale.test.ts', 'test/documented-paths.test.ts'];

/** Tests of our own emulator, with the reason: by file, or by test name. */
const ABOUT_OURS = {
  files: { 'test/prove.test.ts': 'its faults of DynamoDB are in the emulator' } as Record<string, string>,
  tests: {
    'a start ends the keys of earlier ones, and every door knows who may come in': 'one of the doors is its own',
  } as Record<string, string>,
};

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: Array<{ name: string; assertionResults: Array<{ fullName: string; status: string }> }>;
}

const missing = whyNoJava();
if (missing) {
  console.log(`prove:dynamodb: NOT DONE, ${missing}`);
} else {
  const began = Date.now();
  const { url, stop } = await startDynamoDbLocal();
  console.log(`DynamoDB Local at ${url}`);
  const asked = process.argv.slice(2);
  const report = await runSuites(url, asked);
  stop();
  const idle =
    asked.length > 0 ? [] : suites().filter((path) => !report.testResults.some(({ name }) => name.endsWith(path)));
  console.log(describe(report, Date.now() - began));
  if (idle.length > 0) console.log(`not run at all: ${idle.join(', ')}`);
  process.exitCode = report.numFailedTests > 0 || report.numPassedTests === 0 || idle.length > 0 ? 1 : 0;
}

function suites(): string[] {
  return globSync(SUITES, { cwd: ROOT, exclude: [...WITHOUT_TABLE, ...Object.keys(ABOUT_OURS.files)] }).sort();
}

async function runSuites(url: string, paths: readonly string[]): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-dynamodb-'));
  const file = join(folder, 'report.json');
  const leftOut = Object.keys(ABOUT_OURS.tests).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const args = [
    ...[
      'run',
      ...PROJECTS.map((name) => `--project=${name}`),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    ...(leftOut.length > 0 ? ['-t', `^(?!.*(${leftOut.join('|')})).*$`] : []),
    ...(paths.length > 0 ? paths : suites()),
  ];
  const child = spawn(join(ROOT, 'node_modules/.bin/vitest'), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, AWS_ENDPOINT_URL_DYNAMODB: url },
  });
  await new Promise((resolve) => child.once('close', resolve));
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  rmSync(folder, { recursive: true });
  return report;
}

function describe({ numPassedTests, numFailedTests, testResults }: Report, ms: number): string {
  const files = testResults.filter(({ assertionResults }) =>
    assertionResults.some(({ status }) => status === 'passed'),
  );
  const left = Object.entries({ ...ABOUT_OURS.files, ...ABOUT_OURS.tests });
  return [
    `${numPassedTests} tests of ${files.length} files passed against DynamoDB Local, ${numFailedTests} failed, in ${Math.round(ms / 1000)} s`,
    ...(left.length > 0 ? ['left out, as it is about our own emulator:'] : []),
    ...left.map(([name, why]) => `  ${name}: ${why}`),
  ].join('\n');
}
