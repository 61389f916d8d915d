import { Agent, type IncomingMessage, request } from 'node:http';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';

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

const KEPT = { keepAlive: true, maxSockets: 50 };

/**
 * Sends what the SDK's clients ask for and reads each answer whole, as all that they send and read is JSON: the SDK's own
 * handler arms four timers for each request, writes its head and body apart, and reads through a stream of its own.
 */
export class JsonHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #plain = new Agent(KEPT);
  readonly #secure = new SecureAgent(KEPT);

  /** Rejects with Node's error where the connection breaks before the answer has ended, which the SDK takes up again. */
  handle({ protocol, hostname: host, body = '', ...asked }: Request): Promise<{ response: Response }> {
    const isSecure = protocol === 'https:';
    const { port, method, path, headers } = asked;
    const options = { host, port, method, path, headers, agent: isSecure ? this.#secure : this.#plain };
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
      const sent = (isSecure ? requestSecurely : request)(options, answered);
      sent.on('error', reject);
      // A text goes with its head in one write.
      sent.end(typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
    });
  }

  /** Nothing of it can be set. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs() {
    return {};
  }

  destroy(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}
