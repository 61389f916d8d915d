import { connect, type Socket } from 'node:net';
import { paidOrder, sign } from '../scopio-event.ts';

// A separate process, with bare sockets so that it takes little of the machine: each of a few connections sends the
// next
// signed webhook as soon as the previous one was answered.

export interface LoadOptions {
  port: number;
  path: string;
  connections: number;
  warmUpMs: number;
  durationMs: number;
}

export interface LoadResult {
  accepted: number;
  refused: number;
  seconds: number;
  /** Milliseconds from sending to the whole answer. */
  latencies: number[];
  cpuMs: number;
}

process.once('message', (options) => void run(options as LoadOptions).then((result) => process.send?.(result)));
process.once('disconnect', () => process.exit());

async function run({ port, path, connections, warmUpMs, durationMs }: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let refused = 0;
  let sent = 0;
  const from = performance.now() + warmUpMs;
  const until = from + durationMs;
  const next = (): string => {
    const body = paidOrder(`load_${sent++}`);
    const head = [
      `POST ${path} HTTP/1.1`,
      `host: 127.0.0.1:${port}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-scopio-signature: ${sign(body)}`,
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  };

  const lane = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let began = 0;
      let seen = '';
      const send = () => {
        began = performance.now();
        socket.write(next());
      };
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1');
        const head = seen.indexOf('\r\n\r\n');
        if (head === -1) return;
        const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
        if (seen.length < head + 4 + length) return;
        const now = performance.now();
        if (!seen.startsWith('HTTP/1.1 200')) refused += 1;
        else if (began >= from && now <= until) latencies.push(now - began);
        seen = '';
        if (now < until) return send();
        socket.end();
        resolve();
      });
      socket.once('error', reject);
      send();
    });

  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const before = process.cpuUsage();
  await Promise.all(sockets.map(lane));
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  return { accepted: latencies.length, refused, seconds: durationMs / 1000, latencies, cpuMs };
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket)).setNoDelay(true);
    socket.once('error', reject);
  });
