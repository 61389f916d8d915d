import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  /** What it was answered; 0 for nothing. */
  status: number;
}

type Answer = number | 'hang' | 'redirect';

/** An endpoint of the seller's that answers as it is told, and may be away for a while. */
export async function startReceiver(answer: (received: Omit<Received, 'status'>) => Answer = () => 204) {
  const received: Received[] = [];
  let port = 0;
  let server: Server;
  const open = () =>
    new Promise<void>((resolve) => {
      server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => (body += chunk));
        request.on('end', () => {
          const { headers } = request;
          const said = answer({ headers, body });
          const status = said === 'hang' ? 0 : said === 'redirect' ? 302 : said;
          received.push({ headers, body, status });
          if (said === 'hang') return;
          response.writeHead(status, { ...(said === 'redirect' && { location: `http://127.0.0.1:${port}/other` }) });
          response.end(status === 204 ? undefined : `answered ${status}`);
        });
      }).listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await open();
  return { received, url: `http://127.0.0.1:${port}/hooks`, open, close };
}
