import { Agent, request } from 'node:http';

/** A function that POSTs JSON over a few connections that stay open, and resolves with the status. */
export function createPoster(connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    post: (url: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const length = Buffer.byteLength(body);
        const sent = request(
          url,
          {
            method: 'POST',
            agent,
            headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
          },
          (response) => {
            response.resume();
            response.once('end', () => resolve(response.statusCode ?? 0));
          },
        );
        sent.once('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}
