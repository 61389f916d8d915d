import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HubProcess, startHubProcess } from '../test/support/hub.ts';
import { WEBHOOK_SECRET } from './scopio-event.ts';

export const SHOP = 'scopio-bench';
export const SHED = 'marketful-bench';
export const SHED_SECRET = 'bench-url-secret';
/** More than a bench can use, so that no budget paces it. */
const UNLIMITED = 10_000_000;

interface BenchHubOptions {
  /** Where the shop and the shed answer. */
  remotes: string;
  /** False: the seller ships, so that an order causes no push. */
  shedShips?: boolean;
  /** The hub answers only once the disk has the message (`npm start -- --fsync`). */
  fsync?: boolean;
  /** Whom the hub tells of changes. */
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
  const connections = [
    { id: SHOP, marketplace: 'scopio', secrets: { apiKey: 'bench-key', webhookSecret: WEBHOOK_SECRET } },
    {
      id: SHED,
      marketplace: 'marketful',
      secrets: { accessToken: 'bench-token', userId: 'bench-user', webhookSecret: SHED_SECRET },
    },
  ].map((connection) => ({ ...connection, baseUrl: remotes, requestsPerMinute: UNLIMITED }));
  const hub = await startHubProcess({
    connections: {
      connections,
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
