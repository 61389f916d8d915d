import { rmSync } from 'node:fs';
import { startBenchHub } from '../hub.ts';
import { createPoster } from '../post.ts';
import { percentile } from '../report.ts';
import { paidOrder, sign } from '../scopio-event.ts';
import { type Usage, usageOf } from '../threads.ts';
import { parcelOf, SHOP, startRemotes } from './remotes.ts';

/** A tenth of a run, or all of it. CPU in milliseconds for each order, memory at its end. */
export interface Stretch {
  orders: number;
  seconds: number;
  ordersPerSecond: number;
  hubCpuMs: number;
  backgroundCpuMs: number;
  emulatorsCpuMs: number;
  helpersCpuMs: number;
  memoryMb: number;
}

export interface LoopResult extends Stretch {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** CPU of this process, which plays shop, shed and buyers on the same machine. */
  worldCpuMs: number;
  tenths: Stretch[];
  complete: boolean;
}

export interface LoopOptions {
  orders: number;
  /** How many orders are on their way at once. */
  inFlight: number;
  /** A run that hangs ends when no order has come through for this long. */
  patienceMs?: number;
  /** The hub answers only once the disk has the message (`npm start -- --fsync`). */
  fsync?: boolean;
  profiles?: string;
  onProgress?(done: number, seconds: number): void;
}

/** Takes orders through the whole loop, a few at once: webhook, placed with the shed, its webhook, told to the shop. */
export async function runLoop({
  orders,
  inFlight,
  patienceMs = 30_000,
  fsync = false,
  profiles,
  onProgress,
}: LoopOptions) {
  const startedAt = new Map<string, number>();
  const took = new Float64Array(orders);
  const marks: Array<{ at: number; usage: Usage; done: number }> = [];
  let sent = 0;
  let done = 0;
  let lastAt = Date.now();
  let isOver = false;
  let finish = () => {};
  const poster = createPoster(64);
  const mark = () => marks.push({ at: performance.now(), usage: usageOf(hub.pid), done });

  const remotes = await startRemotes({
    onPlaced(remoteId) {
      const { path, body } = parcelOf(remoteId);
      setImmediate(() => void deliver(`${hub.url}/webhooks/${path}`, body));
    },
    onFulfilled(orderId) {
      const began = startedAt.get(orderId);
      if (began === undefined) return;
      startedAt.delete(orderId);
      took[done] = performance.now() - began;
      done += 1;
      lastAt = Date.now();
      if (done >= (orders * marks.length) / 10) mark();
      if (done === orders) finish();
      else if (sent < orders) order();
    },
  });
  const hub = await startBenchHub({ remotes: remotes.url, fsync, ...(profiles && { profiles }) });

  async function deliver(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
    // Like a marketplace, repeats a webhook until it is accepted.
    while (!isOver && (await poster.post(url, body, headers).catch(() => 0)) !== 200)
      await new Promise((r) => setTimeout(r, 50));
  }

  function order(): void {
    sent += 1;
    const id = `ord_${sent}`;
    const body = paidOrder(id);
    remotes.open.set(id, body);
    startedAt.set(id, performance.now());
    void deliver(`${hub.url}/webhooks/scopio/${SHOP}/order-paid`, body, { 'x-scopio-signature': sign(body) });
  }

  const worldBefore = process.cpuUsage();
  mark();
  const watching = setInterval(() => {
    onProgress?.(done, (Date.now() - began) / 1000);
    if (Date.now() - lastAt > patienceMs) finish();
  }, 1000);
  const began = Date.now();
  await new Promise<void>((resolve) => {
    finish = resolve;
    for (let n = 0; n < Math.min(inFlight, orders); n++) order();
  });
  isOver = true;
  clearInterval(watching);
  if (done < orders) mark();
  const world = process.cpuUsage(worldBefore);
  await (profiles ? hub.stop() : hub.kill());
  poster.close();
  await remotes.close();
  rmSync(hub.data, { recursive: true, force: true });

  const tenths = marks.slice(1).map((to, index) => stretch(marks[index], to));
  const latencies = took.subarray(0, done);
  const result: LoopResult = {
    ...stretch(marks[0], marks.at(-1)),
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
    p99Ms: percentile(latencies, 0.99),
    worldCpuMs: (world.user + world.system) / 1000 / Math.max(1, done),
    tenths,
    complete: done === orders,
  };
  return result;
}

type Mark = { at: number; usage: Usage; done: number };

function stretch(from: Mark | undefined, to: Mark | undefined): Stretch {
  if (!from || !to) throw new Error('nothing was measured');
  const orders = to.done - from.done;
  const seconds = (to.at - from.at) / 1000;
  const each = (kind: keyof Usage) => (to.usage[kind] - from.usage[kind]) / Math.max(1, orders);
  return {
    orders,
    seconds,
    ordersPerSecond: orders / seconds,
    hubCpuMs: each('hub'),
    backgroundCpuMs: each('background'),
    emulatorsCpuMs: each('emulators'),
    helpersCpuMs: each('helpers'),
    memoryMb: to.usage.memoryMb,
  };
}
