import { readOptions } from '../options.ts';
import { progress, table } from '../report.ts';
import { type AcceptResult, measureAcceptance } from './accept.ts';
import { compareHandlers, type HandlerResult } from './handler.ts';

const options = readOptions('bench:ack', {
  only: ['handler|accept', 'one of the two measurements'],
  blocks: ['N', 'blocks of 50 calls of the handler and of its floor each', 60],
  seconds: ['N', 'how long webhooks are sent', 10],
  connections: ['N', 'keep-alive connections that send them', 16],
  fsync: ['the hub accepts nothing before the disk has it'],
  profiles: ['DIR', 'leave CPU profiles of the hub and the emulators there'],
  json: ['the results for machines'],
});

/** Webhooks a second that others accept durably on two such cores, with the load beside them: figures, not run here. */
const PEERS = { 'Fastify + BullMQ + Postgres, by hand': 3079, OpenLinker: 829 };

await main();
process.exit();

async function main(): Promise<void> {
  const { only, blocks, seconds, connections, fsync, profiles, json, help } = options;
  if (only && only !== 'handler' && only !== 'accept') {
    console.error(help);
    process.exit(2);
  }
  if (only !== 'accept') progress('the handler and its floor, in turns');
  const handler = only === 'accept' ? undefined : await compareHandlers(blocks);
  if (only !== 'handler') progress(`webhooks for ${seconds} s`);
  const accept =
    only === 'handler'
      ? undefined
      : await measureAcceptance({ seconds, connections, fsync, ...(profiles && { profiles }) });
  progress('');
  if (json) return console.log(JSON.stringify({ handler, accept }, null, 2));
  if (handler) console.log(`${printHandler(handler)}\n`);
  if (accept) console.log(printAcceptance(accept));
}

function printHandler({ handler, floor, wallRatio, cpuRatio, calls }: HandlerResult): string {
  const row = (name: string, wall: number, cpu: number) => [name, wall.toFixed(0), cpu.toFixed(0)];
  return [
    `The webhook handler beside its floor: ${wallRatio.toFixed(2)} × the time, ${cpuRatio.toFixed(2)} × the CPU (${calls} calls each)`,
    table(
      ['', 'µs', 'CPU µs'],
      [row('handler', handler.wallUs, handler.cpuUs), row('HMAC and SendMessage by hand', floor.wallUs, floor.cpuUs)],
    ),
  ].join('\n');
}

function printAcceptance(result: AcceptResult): string {
  const ms = (value: number, digits = 1) => value.toFixed(digits);
  const { perSecond, refused, connections, hubCpuMs, backgroundCpuMs, emulatorsCpuMs, loadCpuMs } = result;
  return [
    `${perSecond.toFixed(0)} webhooks a second accepted over ${connections} connections${refused ? `, ${refused} refused` : ''}`,
    `  p50 ${ms(result.p50Ms)} ms, p95 ${ms(result.p95Ms)}, p99 ${ms(result.p99Ms)}`,
    `  CPU ms for each: hub ${ms(hubCpuMs, 2)}, queues meanwhile ${ms(backgroundCpuMs, 2)}, emulators ${ms(emulatorsCpuMs, 2)}, load ${ms(loadCpuMs, 2)}`,
    ...Object.entries(PEERS).map(([name, rate]) => `  ${(perSecond / rate).toFixed(2)} × ${name} (${rate}/s)`),
  ].join('\n');
}
