import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HubProcess, startHubProcess } from '../test/support/hub.ts';
import { connectionsAt, SHED, SHOP } from './loop/remotes.ts';

interface BenchHubOptions {
  /** The address of the shop and the shed. */
  remotes: string;
  /** False: the seller ships, so orders cause no pushes. */
  shedShips?: boolean;
  /** The hub answers only once the disk has the message (`npm start -- --fsync`). */
  fsync?: boolean;
  /** The endpoints that the hub tells of changes. */
  endpoints?: readonly object[];
  /** A folder for CPU profiles of the hub and of the emulators. */
  profiles?: string;
}

/** A hub as `npm start` runs it, in its own process. */
export async function startBenchHub({
  remotes,
  shedShips = true,
  fsync = false,
  endpoints = [],
  profiles,
}: BenchHubOptions): Promise<HubProcess & { pid: number }> {
  const hub = await startHubProcess({
    connections: {
      connections: connectionsAt(remotes),
      endpoints,
      routes: [{ from: SHOP, match: { country: 'MX' }, to: shedShips ? SHED : 'erp' }],
    },
    workers: 1,
    args: fsync ? ['--fsync'] : [],
    env: {
      SWEEP_INTERVAL_SECONDS: '60',
      ...(profiles && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` }),
    },
  });
  return { ...hub, pid: Number(readFileSync(join(hub.data, 'hub.pid'), 'utf8')) };
}
