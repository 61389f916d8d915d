import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A request as it may be shown: without headers, body, or secrets of the query. */
interface LoggedRequest {
  at: string;
  method: string;
  path: string;
  /** Null while it runs, or if the connection was reset. */
  status: number | null;
}

export type RequestLog = ReturnType<typeof keepRequestLog>;

const KEPT = 1000;
const SECRET = /auth|token|key|secret|user/i;

/** Remembers the newest requests of every route except the control surface. */
export function keepRequestLog(app: FastifyInstance, now: () => Date, control: string) {
  let kept: LoggedRequest[] = [];
  const open = new WeakMap<FastifyRequest, LoggedRequest>();
  const counts = new Map<string, Map<string, number>>();

  app.addHook('onRequest', async (request) => {
    if (request.url.startsWith(control)) return;
    const entry = { at: now().toISOString(), method: request.method, path: withoutSecrets(request.url), status: null };
    open.set(request, entry);
    kept = [...kept.slice(1 - KEPT), entry];
    count(counts, request, 'received');
  });
  app.addHook('onResponse', async (request, reply) => {
    const entry = open.get(request);
    if (!entry) return;
    entry.status = reply.statusCode;
    count(counts, request, String(reply.statusCode));
  });

  return {
    list: () => kept.map((entry) => ({ ...entry })),
    /** How often each status was answered, by endpoint. */
    counts: () =>
      Object.fromEntries([...counts].map(([endpoint, byStatus]) => [endpoint, Object.fromEntries(byStatus)])),
    clear() {
      kept = [];
      counts.clear();
    },
  };
}

function count(counts: Map<string, Map<string, number>>, request: FastifyRequest, what: string): void {
  const endpoint = `${request.method} ${request.routeOptions.url ?? '(unknown)'}`;
  const byStatus = counts.get(endpoint) ?? new Map<string, number>();
  counts.set(endpoint, byStatus.set(what, (byStatus.get(what) ?? 0) + 1));
}

function withoutSecrets(url: string): string {
  const [path = '', query] = url.split('?');
  if (!query) return path;
  const shown = [...new URLSearchParams(query)].map(([name, value]) => `${name}=${SECRET.test(name) ? '…' : value}`);
  return `${path}?${shown.join('&')}`;
}
