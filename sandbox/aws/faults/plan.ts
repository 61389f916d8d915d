import { readFileSync } from 'node:fs';
import { chance, pickBy } from './chance.ts';

export type ServiceName = 'dynamodb' | 'sqs' | 'secretsmanager';

/** The file that LONGSHORE_AWS_FAULTS names. Only `npm run prove` and a test of outages write one. */
export interface FaultFile {
  /** The same seed gives the same faults to the same calls. */
  seed: string;
  /** False: everything works. */
  on: boolean;
  /** Seconds that a received message stays hidden, instead of the queue's own. */
  visibilitySeconds?: number;
  /** Services that answer 503 only, whether `on` or not. */
  away?: readonly ServiceName[];
}

export type FaultTable<Kind extends string> = ReadonlyArray<readonly [share: number, kind: Kind]>;

export type FaultPlan = ReturnType<typeof openFaultPlan>;

const LOOK_EVERY_MS = 250;
/** Some faults outlast the SDK's own retries, so that the hub sees them. */
const STUBBORN = 0.1;
const STUBBORN_CALLS = 8;

/** Reads the file again and again, so that faults end without a restart of the hub. */
export function openFaultPlan(path: string) {
  let file = read(path);
  setInterval(() => {
    file = read(path) ?? file;
  }, LOOK_EVERY_MS).unref();
  const calls = new Map<string, number>();
  return {
    /** The fault for the next call of this operation about this thing. */
    take<Kind extends string>(operation: string, about: string, table: FaultTable<Kind>) {
      if (!file?.on) return undefined;
      const key = `${operation} ${about}`;
      const nth = calls.get(key) ?? 0;
      calls.set(key, nth + 1);
      const since = nth - (nth % STUBBORN_CALLS);
      if (chance(file.seed, key, since, 'stubborn') < STUBBORN) return pickBy(table, chance(file.seed, key, since));
      return pickBy(table, chance(file.seed, key, nth));
    },
    visibilitySeconds: () => file?.visibilitySeconds,
    isAway: (service: ServiceName) => file?.away?.includes(service) ?? false,
  };
}

function read(path: string): FaultFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FaultFile;
  } catch {
    // The file is being written, or gone: the last plan still holds.
    return undefined;
  }
}
