import { readdirSync, readFileSync } from 'node:fs';

/** CPU milliseconds and resident megabytes of a process since its start. */
export interface Usage {
  /** The main thread: answers requests, and works queues if they have no thread of their own. */
  hub: number;
  /** The thread of queues and schedules. */
  background: number;
  emulators: number;
  /** V8's own helpers: garbage collection and compilation. */
  helpers: number;
  memoryMb: number;
}

const TICK_MS = 10;

/** Times by thread, as Linux counts them. */
export function usageOf(pid: number): Usage {
  const usage = { hub: 0, background: 0, emulators: 0, helpers: 0, memoryMb: residentMb(pid) };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const { name, cpuMs } = readThread(`/proc/${pid}/task/${thread}/stat`);
    if (thread === String(pid)) usage.hub += cpuMs;
    else if (name === 'emulators' || name === 'background') usage[name] += cpuMs;
    else usage.helpers += cpuMs;
  }
  return usage;
}

function readThread(path: string): { name: string; cpuMs: number } {
  const stat = readFileSync(path, 'utf8');
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  return { name: stat.slice(stat.indexOf('(') + 1, end), cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
