import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { functions } from '#lib/topology';
import { type Bundled, type Bundling, bundle } from '../bundle.ts';
import { median, progress } from '../report.ts';
import { type ClientName, clientsIn, floorSource } from './floor.ts';
import { timeLoads } from './measure.ts';

const ROOT = join(import.meta.dirname, '../..');
const WEBHOOK_RATIO = 1.15;
const RATIO = 1.5;
const WEBHOOK_BYTES = 500_000;

interface Measured {
  bytes: number;
  gzipBytes: number;
  ms: number;
  cpuMs: number;
}

export interface Result extends Measured {
  name: string;
  clients: ClientName[];
  /** The plain clients and nothing else. */
  floor: Measured;
  /** Those with the DocumentClient where the function has it. */
  documentFloor: Measured;
  ratio: number;
  documentRatio: number;
  cpuRatio: number;
  limit: number;
  met: boolean;
}

interface Asked {
  /** Only functions whose name contains it. */
  only: string;
  runs: number;
  settings: Bundling;
}

/** Bundles functions and floors into a folder and loads them all in turns. */
export async function compare(folder: string, { only, runs, settings }: Asked): Promise<Result[]> {
  const bundles = new Map<string, Bundled>();
  const chosen = functions.filter(({ name }) => name.includes(only));
  for (const { name, handler } of chosen) {
    progress(`bundling ${name}`);
    const source = join(ROOT, handler.replace(/\.handler$/, '.ts'));
    bundles.set(name, await bundle({ entryPoints: [source] }, join(folder, name), settings));
  }
  // One floor for all that have the same clients.
  for (const { metafile } of [...bundles.values()])
    for (const clients of [clientsIn(metafile), plain(clientsIn(metafile))]) {
      const stdin = { contents: floorSource(clients), resolveDir: ROOT };
      const name = floorName(clients);
      if (!bundles.has(name)) bundles.set(name, await bundle({ stdin }, join(folder, name), settings));
    }
  const files = new Map([...bundles].map(([name, { file }]) => [name, file]));
  const times = await timeLoads(files, runs, (round) => progress(`round ${round} of ${runs}`));
  const read = (name: string): Measured => {
    const { bytes = 0, file = '' } = bundles.get(name) ?? {};
    const loads = times.get(name) ?? [];
    const of = (what: 'ms' | 'cpuMs') => median(loads.map((load) => load[what]));
    return { bytes, gzipBytes: gzipSync(readFileSync(file)).length, ms: of('ms'), cpuMs: of('cpuMs') };
  };
  return chosen.map(({ name }) => {
    const clients = clientsIn(bundles.get(name)?.metafile ?? { inputs: {}, outputs: {} });
    return judge(name, clients, read(name), read(floorName(plain(clients))), read(floorName(clients)));
  });
}

const plain = (clients: readonly ClientName[]) => clients.filter((name) => name !== 'document');
const floorName = (clients: readonly ClientName[]) => `floor-${clients.join('-')}`;

function judge(name: string, clients: ClientName[], own: Measured, floor: Measured, documentFloor: Measured): Result {
  const isWebhook = name.startsWith('webhook-');
  const [ratio, documentRatio, cpuRatio] = [own.ms / floor.ms, own.ms / documentFloor.ms, own.cpuMs / floor.cpuMs];
  const limit = isWebhook ? WEBHOOK_RATIO : RATIO;
  const met = ratio <= limit && (!isWebhook || own.bytes <= WEBHOOK_BYTES);
  return { name, clients, ...own, floor, documentFloor, ratio, documentRatio, cpuRatio, limit, met };
}
