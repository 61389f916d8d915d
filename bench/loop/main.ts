import { readOptions } from '../options.ts';
import { progress, table } from '../report.ts';
import { partsOf } from './parts.ts';
import { type LoopResult, runLoop, type Stretch } from './run.ts';

const options = readOptions('bench:loop', {
  orders: ['N', 'how many orders go through the loop', 1000],
  sizes: ['A,B,…', 'a run of its own for each of these sizes, on fresh data, in place of --orders'],
  'in-flight': ['N', 'orders on their way at once', 64],
  fsync: ['the hub accepts nothing before the disk has it'],
  profiles: ['DIR', 'leave CPU profiles of the hub and the emulators there, and tell what a loop spends by part'],
  json: ['the results for machines'],
});

await main();

async function main(): Promise<void> {
  const { orders: size, fsync, profiles, json, help, 'in-flight': inFlight } = options;
  const sizes = options.sizes?.split(',').map(Number) ?? [size];
  if (![...sizes, inFlight].every((size) => Number.isInteger(size) && size > 0)) {
    console.error(`sizes and --in-flight are whole numbers\n\n${help}`);
    process.exit(2);
  }
  const results: LoopResult[] = [];
  for (const orders of sizes)
    results.push(
      await runLoop({
        orders,
        inFlight,
        fsync,
        ...(profiles && { profiles }),
        onProgress: (done, seconds) => progress(`${done} of ${orders} orders, ${seconds.toFixed(0)} s`),
      }),
    );
  progress('');
  console.log(json ? JSON.stringify(results, null, 2) : results.map(print).join('\n\n'));
  if (profiles) {
    const done = sizes.reduce((sum, size) => sum + size, 0);
    const rows = partsOf(profiles).map(([part, ms]) => [part, (ms / done).toFixed(2)]);
    console.log(`\n${table(['', 'CPU ms/order'], rows)}`);
  }
  process.exitCode = results.every(({ complete }) => complete) ? 0 : 1;
}

function print(result: LoopResult): string {
  const { orders, complete, p50Ms, p95Ms, p99Ms, worldCpuMs, ordersPerSecond, seconds } = result;
  return [
    `${orders} orders from webhook to both pushes${complete ? '' : ' (not all came through)'}`,
    `  ${ordersPerSecond.toFixed(1)} orders a second for ${seconds.toFixed(1)} s`,
    `  a loop takes ${p50Ms.toFixed(0)} ms in the median, ${p95Ms.toFixed(0)} at p95, ${p99Ms.toFixed(0)} at p99`,
    `  shop, shed and buyers took ${worldCpuMs.toFixed(2)} ms CPU an order of the same machine`,
    '',
    table(
      ['', 'orders', 'orders/s', 'CPU ms/order: requests', 'queues', 'emulators', 'GC and JIT', 'memory MB'],
      [...result.tenths.map((tenth, index) => row(`tenth ${index + 1}`, tenth)), row('all', result)],
    ),
  ].join('\n');
}

function row(name: string, { orders, ordersPerSecond, memoryMb, ...cpu }: Stretch) {
  const { hubCpuMs, backgroundCpuMs, emulatorsCpuMs, helpersCpuMs } = cpu;
  const times = [hubCpuMs, backgroundCpuMs, emulatorsCpuMs, helpersCpuMs].map((ms) => ms.toFixed(2));
  return [name, orders, ordersPerSecond.toFixed(1), ...times, memoryMb.toFixed(0)];
}
