import type { Agent, IncomingMessage, request as send } from 'node:http';
import * as secure from 'node:https';
import { nearby } from './nearby.ts';

interface Request {
  protocol: string;
  hostname: string;
  port?: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

interface Response {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Plain or encrypted. */
interface Way {
  request: typeof send;
  agent: Agent;
}

const KEPT = { keepAlive: true, maxSockets: 50 };

/**
 * Sends the SDK's requests and reads each answer whole, as all of it is JSON. The SDK's own handler arms four timers
 * for each request, writes head and body separately, and reads through a stream of its own.
 */
export class JsonHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #secure: Way = { request: secure.request, agent: new secure.Agent(KEPT) };
  #plain: Way | undefined;

  /** Rejects with Node's error if the connection breaks before the answer's end; the SDK then repeats the request. */
  async handle({ protocol, hostname: host, body = '', ...asked }: Request): Promise<{ response: Response }> {
    const { port, method, path, headers } = asked;
    const text =
      typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    const ask = nearby.get(`${host}:${port}`);
    if (ask) {
      const answer = await ask({ headers, body: text });
      return { response: { ...answer, body: Buffer.from(answer.body) } };
    }
    const { request, agent } = protocol === 'https:' ? this.#secure : this.#plainly();
    const options = { host, port, method, path, headers, agent };
    return new Promise((resolve, reject) => {
      const answered = (answer: IncomingMessage): void => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const [only, ...more] = chunks;
          const { statusCode = 0, headers } = answer;
          const body = only && more.length === 0 ? only : Buffer.concat(chunks);
          resolve({ response: { statusCode, headers: headers as Record<string, string>, body } });
        });
      };
      const sent = request(options, answered);
      sent.on('error', reject);
      // A text is written together with its head.
      sent.end(text);
    });
  }

  /** There is nothing to configure. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs() {
    return {};
  }

  destroy(): void {
    this.#plain?.agent.destroy();
    this.#secure.agent.destroy();
  }

  /** Only for emulators: `node:http` makes Node load undici, which a cold start has no time for. */
  #plainly(): Way {
    if (this.#plain) return this.#plain;
    const { Agent, request } = process.getBuiltinModule('node:http');
    this.#plain = { request, agent: new Agent(KEPT) };
    return this.#plain;
  }
}
