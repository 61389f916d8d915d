import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens at once, so that a port in use is known before anything boots; until the hub is there it answers 503. */
export async function listen(port: number): Promise<{ server: Server; port: number }> {
  const server = createServer((_, response) => response.writeHead(503, { 'retry-after': '1' }).end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}
