import { parseArgs } from 'node:util';
import { progress, table } from '../report.ts';
import { partsOf } from './parts.ts';
import { type LoopResult, runLoop, type Stretch } from './run.ts';

const HELP = `Usage: npm run bench:loop -- [options]

  --orders N      how many orders go through the loop (default 1000)
  --sizes A,B,…   a run of its own for each of these sizes, on fresh data, in place of --orders
  --in-flight N   orders on their way at once (default 64)
  --fsync         the hub accepts nothing before the disk has it
  --profiles DIR  leave CPU profiles of the hub and the emulators there, and tell what a loop spends by part
  --json          the results for machines
  --help          this text`;

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000' },
    sizes: { type: 'string' },
    'in-flight': { type: 'string', default: '64' },
    fsync: { type: 'boolean', default: false },
    profiles: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(HELP);
else await main();

async function main(): Promise<void> {
  const sizes = (values.sizes ?? values.orders).split(',').map(Number);
  const inFlight = Number(values['in-flight']);
  if (![...sizes, inFlight].every((size) => Number.isInteger(size) && size > 0)) {
    console.error(`sizes and --in-flight are whole numbers\n\n${HELP}`);
    process.exit(2);
  }
  const results: LoopResult[] = [];
  for (const orders of sizes)
    results.push(
      await runLoop({
        orders,
        inFlight,
        fsync: values.fsync,
        ...(values.profiles && { profiles: values.profiles }),
        onProgress: (done, seconds) => progress(`${done} of ${orders} orders, ${seconds.toFixed(0)} s`),
      }),
    );
  progress('');
  console.log(values.json ? JSON.stringify(results, null, 2) : results.map(print).join('\n\n'));
  if (values.profiles) {
    const done = sizes.reduce((sum, size) => sum + size, 0);
    const rows = partsOf(values.profiles).map(([part, ms]) => [part, (ms / done).toFixed(2)]);
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
