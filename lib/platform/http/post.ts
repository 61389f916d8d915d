import type { AgentOptions, ClientRequest, IncomingMessage } from 'node:http';
import { RetryableError } from '../errors.ts';
import { readJson } from '../json.ts';
import type { HttpResponse } from './classify.ts';
import { addressIn, InsideError, isInside, lookupOutside, type Reach } from './inside.ts';

interface Posting {
  headers: Readonly<Record<string, string>>;
  /** Absent: the URL is read. */
  body?: string;
  timeoutMs: number;
  maxBytes?: number;
}

/** The most that is read of an answer: of one to a POST only the status and a few words count. */
const MAX_BYTES = 16 * 1024;
/**
 * A connection is closed after this: by then its host's name may lead elsewhere while the old address still answers.
 */
const KEPT_MS = 60_000;
/** Requests at one URL at a time. */
const AT_ONCE = 10;

/**
 * Posts to URLs that people configure, or reads them: never at an inside address, without redirects, with one deadline
 * for everything. Returns any answer, and to a POST even one whose body breaks off; throws RetryableError
 * `address_inside`, `timeout`, `certificate_invalid` or `unreachable`.
 */
export function createPoster(reach: Reach, lookup = lookupOutside(reach)) {
  const pool = { keepAlive: true, maxSockets: AT_ONCE, lookup };
  const opened = new Map<string, ReturnType<typeof open>>();
  const openOnce = (key: string, isPlain: boolean) => {
    const known = opened.get(key) ?? open(isPlain, pool);
    opened.set(key, known);
    return known;
  };

  return async function post(
    target: string,
    { headers, body, timeoutMs, maxBytes = MAX_BYTES }: Posting,
  ): Promise<HttpResponse> {
    const url = new URL(target);
    const address = addressIn(url);
    if (address && isInside(address, reach)) throw refused(url);
    const isPlain = url.protocol === 'http:';
    if (isPlain && !reach.loopback) throw failed('address_insecure', 'is not https');
    // A URL that hangs must not take connections from others at its host. URLs read for strangers share their host's.
    const { send, agent } = await openOnce(body === undefined ? url.origin : url.href, isPlain);
    const signal = AbortSignal.timeout(timeoutMs);
    const options = {
      ...{ method: body === undefined ? 'GET' : 'POST', agent, signal },
      headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
    };
    try {
      return await exchange(() => send(url, options), body, maxBytes);
    } catch (error) {
      if (signal.aborted) throw failed('timeout', `no answer within ${timeoutMs} ms`);
      throw error instanceof InsideError ? refused(url) : unanswered(codeOf(error));
    }
  };
}

/** One request and its answer. Where its host was closing a connection that was kept open, another one is tried. */
function exchange(open: () => ClientRequest, body: string | undefined, maxBytes: number): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const request = open();
    request.once('response', (response) => {
      isAnswered = true;
      readAnswer(response, maxBytes, body === undefined).then(resolve, reject);
    });
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(Object.assign(new Error(), { code: 'EUPGRADE' }));
    });
    request.on('error', (error) => {
      if (!isAnswered) request.reusedSocket && isReset(error) ? resolve(exchange(open, body, maxBytes)) : reject(error);
    });
    request.end(body);
  });
}

/** Loads `node:http` or `node:https` at the first request: undici comes with them, which costs a cold start time. */
async function open(isPlain: boolean, pool: AgentOptions) {
  const { request: send, Agent } = isPlain ? await import('node:http') : await import('node:https');
  const agent = new Agent(pool);
  const keep = agent.keepSocketAlive.bind(agent) as (connection: object) => boolean;
  const since = new WeakMap<object, number>();
  agent.keepSocketAlive = (connection): boolean => {
    const first = since.get(connection) ?? Date.now();
    since.set(connection, first);
    return Date.now() - first < KEPT_MS && keep(connection);
  };
  return { send, agent };
}

const failed = (code: string, description: string) => new RetryableError({ code, description });
const refused = ({ hostname }: URL) => failed('address_inside', `${hostname} leads to an address inside`);
/**
 * The codes of OpenSSL and Node, such as CERT_HAS_EXPIRED and UNABLE_TO_VERIFY_LEAF_SIGNATURE. An alert is of a remote
 * that does not trust the hub: it may ask for a client's certificate.
 */
const unanswered = (code: string) =>
  /^(?!.*ALERT).*(CERT|SIGNATURE)/.test(code)
    ? failed('certificate_invalid', `its certificate is not trusted (${code})`)
    : failed('unreachable', `no answer (${code})`);
const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown';

async function readAnswer(response: IncomingMessage, maxBytes: number, isWhole: boolean): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop ends the connection.
      if (size > maxBytes) break;
    }
  } catch (error) {
    // To a POST the status is the answer: whoever has said 204 has it, also where his words break off or do not end.
    if (isWhole) throw error;
  }
  const text = Buffer.concat(chunks).toString('utf8', 0, maxBytes);
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  return { status: response.statusCode ?? 0, headers, body: readJson(text) ?? text };
}
