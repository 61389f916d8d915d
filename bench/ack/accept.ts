import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { startBenchHub } from '../hub.ts';
import { SHOP } from '../loop/remotes.ts';
import { percentile } from '../report.ts';
import { usageOf } from '../threads.ts';
import type { LoadOptions, LoadResult } from './load.ts';

export interface AcceptResult {
  perSecond: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  accepted: number;
  refused: number;
  connections: number;
  /** CPU milliseconds for each accepted webhook, including the ingestion that goes on meanwhile. */
  hubCpuMs: number;
  backgroundCpuMs: number;
  emulatorsCpuMs: number;
  loadCpuMs: number;
}

interface AcceptOptions {
  seconds: number;
  connections: number;
  /** The hub answers only once the disk has the message (`npm start -- --fsync`). */
  fsync: boolean;
  profiles?: string;
}

const WARM_UP_MS = 3000;

/** Sends webhooks as fast as a hub of `npm start` accepts them, from a separate process. */
export async function measureAcceptance({
  seconds,
  connections,
  fsync,
  profiles,
}: AcceptOptions): Promise<AcceptResult> {
  const hub = await startBenchHub({
    remotes: 'http://127.0.0.1:9',
    shedShips: false,
    fsync,
    ...(profiles && { profiles }),
  });
  const load = fork(new URL('./load.ts', import.meta.url));
  const path = `/webhooks/scopio/${SHOP}/order-paid`;
  const before = usageOf(hub.pid);
  const options: LoadOptions = {
    port: Number(new URL(hub.url).port),
    path,
    connections,
    warmUpMs: WARM_UP_MS,
    durationMs: seconds * 1000,
  };
  load.send(options);
  const [result] = (await once(load, 'message')) as [LoadResult];
  const after = usageOf(hub.pid);
  load.kill();
  await (profiles ? hub.stop() : hub.kill());
  rmSync(hub.data, { recursive: true, force: true });
  const { accepted, refused, latencies } = result;
  // CPU was counted during the warm-up, too; accepted webhooks were not.
  const handled = (accepted * (seconds * 1000 + WARM_UP_MS)) / (seconds * 1000);
  return {
    perSecond: accepted / seconds,
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
    p99Ms: percentile(latencies, 0.99),
    accepted,
    refused,
    connections,
    hubCpuMs: (after.hub - before.hub) / handled,
    backgroundCpuMs: (after.background - before.background) / handled,
    emulatorsCpuMs: (after.emulators - before.emulators) / handled,
    loadCpuMs: result.cpuMs / handled,
  };
}
