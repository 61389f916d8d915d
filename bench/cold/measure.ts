import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The environment that Lambda sets; NODE_OPTIONS and a compile cache of the caller's stay out. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

/** A request without a key: the API answers 401 without calling AWS, with all loaded that an answer takes. */
const API_EVENT = {
  ...{ version: '2.0', rawPath: '/orders', rawQueryString: '', headers: {}, isBase64Encoded: false },
  requestContext: { http: { method: 'GET', path: '/orders' }, domainName: 'hub.test' },
};

export interface Load {
  ms: number;
  /** CPU of all threads: steadier than `ms` while others use the machine. */
  cpuMs: number;
  /** Milliseconds of the first call, where one was made. */
  firstMs: number;
}

/**
 * What each file takes to load, as often as `runs` says: one after the other, round by round, each time in a process of
 * its own, so that a slow minute of the machine is everybody's.
 */
export async function timeLoads<Name extends string>(
  files: ReadonlyMap<Name, string>,
  runs: number,
  onRound: (round: number) => void,
): Promise<Map<Name, Load[]>> {
  const times = new Map<Name, Load[]>([...files.keys()].map((name) => [name, []]));
  // The first round fills the disk's cache and does not count.
  for (let round = 0; round <= runs; round++) {
    onRound(round);
    // Shuffled each round, so that no load always follows the same neighbor.
    for (const [name, file] of shuffled([...files])) {
      const load = await timeLoad(file, name === 'api' ? [JSON.stringify(API_EVENT)] : []);
      if (round > 0) times.get(name)?.push(load);
    }
  }
  return times;
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

async function timeLoad(file: string, event: readonly string[]): Promise<Load> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'load.mjs'), file, ...event], {
    env: ENVIRONMENT,
  });
  return JSON.parse(stdout) as Load;
}
