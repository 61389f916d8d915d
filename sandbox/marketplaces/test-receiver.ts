import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveLoopback } from '../loopback.ts';

interface Delivered {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  at: number;
}

/** For tests: receives webhooks; answers with the given statuses in turn, then with 200. */
export async function startReceiver(statuses: number[] = []) {
  const delivered: Delivered[] = [];
  const { url, close } = await serveLoopback(async (request, response) => {
    const { url: path = '', headers } = request;
    delivered.push({ path, headers, text: await text(request), at: Date.now() });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  return { url, delivered, stop: close };
}

/** For tests: a JSON request and its answer. */
export async function call(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
) {
  const { body, ...rest } = options;
  const init = body === undefined ? rest : { ...rest, body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000), ...init });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : null,
  };
}
