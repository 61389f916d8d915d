import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveLoopback } from '#sandbox/loopback';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  /** What it was answered; 0 without an answer. */
  status: number;
}

type Answer = number | 'hang' | 'redirect';

/** An endpoint of the seller's that answers as told, and may be away for a while. */
export async function startReceiver(answer: (received: Omit<Received, 'status'>) => Answer = () => 204) {
  const received: Received[] = [];
  const serve = (port?: number) =>
    serveLoopback(async (request, response) => {
      const { headers } = request;
      const body = await text(request);
      const said = answer({ headers, body });
      const status = said === 'hang' ? 0 : said === 'redirect' ? 302 : said;
      received.push({ headers, body, status });
      if (said === 'hang') return;
      response.writeHead(status, { ...(said === 'redirect' && { location: `${served.url}/other` }) });
      response.end(status === 204 ? undefined : `answered ${status}`);
    }, port);
  let served = await serve();
  const open = async () => {
    served = await serve(served.port);
  };
  return { received, url: `${served.url}/hooks`, open, close: () => served.close() };
}
