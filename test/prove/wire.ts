import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveLoopback } from '#sandbox/loopback';
import type { Read } from './edges.ts';
import { type Fault, IN_A_SECOND } from './faults.ts';

/** A call as it went over the wire. Times in milliseconds since 1970. */
export interface Call extends Read {
  method: string;
  path: string;
  at: number;
  fault: Fault | undefined;
  /** The other side's answer; undefined if it was not asked. */
  status?: number;
}

interface WireOptions {
  target: () => string;
  read(method: string, path: string, body: string): Read;
  decide(read: Read): Fault | undefined;
  /** Adds the proof's content to an answer. */
  dress?(read: Read, body: string): string;
  /** An answer was made now, and will arrive late. */
  onLate?(read: Read, body: string): void;
  onCall(call: Call): void;
  /** Kills the hub; resolves when it is dead. */
  kill(): Promise<void>;
}

export interface Wire {
  url: string;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A line between the hub and a marketplace that passes everything on, except for its faults. */
export async function openWire({ target, read, decide, dress, onLate, onCall, kill }: WireOptions): Promise<Wire> {
  const agent = new Agent({ keepAlive: true });
  const { url, close } = await serveLoopback((incoming, outgoing) => {
    carry(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function carry(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = 'GET', url: path = '/' } = incoming;
    const about = read(method, path, body.toString());
    const fault = decide(about);
    const call: Call = { ...about, method, path, at: Date.now(), fault };
    const pass = async () => {
      const answer = await forward(new URL(path, target()), incoming, body, agent);
      call.status = answer.status;
      return dress ? { ...answer, body: Buffer.from(dress(about, answer.body.toString())) } : answer;
    };
    try {
      await suffer(call, pass, outgoing);
    } finally {
      onCall(call);
    }
  }

  async function suffer(call: Call, pass: () => Promise<Answer>, outgoing: ServerResponse) {
    const { fault } = call;
    switch (fault?.kind) {
      case undefined:
        return write(outgoing, await pass());
      case 'answer':
        if (fault.done) await pass();
        return write(outgoing, { status: fault.status, headers: fault.headers ?? {}, body: Buffer.from(fault.body) });
      case 'hang':
        if (fault.done) await pass();
        return;
      case 'reset':
        if (fault.done) await pass();
        return void outgoing.destroy();
      case 'slow':
        await sleep(fault.ms);
        return write(outgoing, await pass());
      case 'late': {
        const answer = await pass();
        onLate?.(call, answer.body.toString());
        await sleep(fault.ms);
        return write(outgoing, answer);
      }
      case 'drop':
        return write(outgoing, { status: 200, headers: {}, body: Buffer.from('{}') });
      case 'copies': {
        const [answer] = await Promise.all(Array.from({ length: fault.count }, pass));
        return answer && write(outgoing, answer);
      }
      case 'kill': {
        const answer = await pass();
        if (fault.answered) write(outgoing, answer);
        if (fault.afterMs > 0) await sleep(fault.afterMs);
        await kill();
        if (!fault.answered) outgoing.destroy();
      }
    }
  }

  return {
    url,
    close() {
      agent.destroy();
      return close();
    },
  };
}

const BETWEEN_TWO = new Set(['connection', 'host', 'transfer-encoding', 'keep-alive', 'content-length']);

function forward(url: URL, { method, headers }: IncomingMessage, body: Buffer, agent: Agent): Promise<Answer> {
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !BETWEEN_TWO.has(name)));
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, agent, headers: { ...own, ...(body.length > 0 && { 'content-length': body.length }) } },
      (answer) => {
        buffer(answer).then(
          (content) => resolve({ status: answer.statusCode ?? 502, headers: plain(answer.headers), body: content }),
          reject,
        );
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

const plain = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || BETWEEN_TWO.has(name) ? [] : [[name, String(value)]],
    ),
  );

function write(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  if (outgoing.destroyed) return;
  const dated = headers['retry-after'] === IN_A_SECOND && { 'retry-after': new Date(Date.now() + 1000).toUTCString() };
  outgoing.writeHead(status, { ...headers, ...dated, 'content-length': body.length });
  outgoing.end(body);
}
