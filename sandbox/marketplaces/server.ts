import Fastify, { type FastifyInstance } from 'fastify';
import type { Base, Vendor } from './base.ts';
import { serveControl } from './control.ts';
import { applyFaults, failureHeaders } from './fault-hooks.ts';
import type { Faults } from './faults.ts';
import { createRateLimit } from './rate-limit.ts';
import { Refusal } from './refusal.ts';
import { keepRequestLog } from './request-log.ts';
import type { WebhookSender } from './webhook-sender.ts';

const CONTROL = '/_sandbox';
const HOST = '127.0.0.1';

export interface Listening {
  url: string;
  port: number;
  faults: Faults;
  webhookSender: WebhookSender;
  /** Answers without a connection. */
  fetch: typeof globalThis.fetch;
  /** Closes all connections and timers; what was placed stays in `dataDir`. */
  stop(): Promise<void>;
}

/** Serves a vendor's routes and the control surface on the loopback interface; with a null port, by `fetch` only. */
export async function serve(base: Base, vendor: Vendor): Promise<Listening> {
  const { port = 0 } = base.options;
  const app = Fastify({ forceCloseConnections: true, exposeHeadRoutes: false, bodyLimit: 4 * 1024 * 1024 });
  readBodiesAsText(app);
  const log = keepRequestLog(app, base.now, CONTROL);
  app.setNotFoundHandler(() => {
    throw new Refusal(404, vendor.failure(404).body);
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    if (error instanceof Refusal) return reply.code(error.status).send(error.body);
    const status = error.statusCode ?? 500;
    return reply.code(status).send(vendor.failure(status).body);
  });
  app.register(async (scope) => {
    scope.addHook('onRoute', ({ method, url }) => {
      if (method !== 'HEAD') base.endpoints.push(`${String(method)} ${url}`);
    });
    limitRate(scope, vendor, base);
    applyFaults(scope, base.faults, vendor.failure);
    vendor.routes(scope);
  });
  app.register(async (scope) => serveControl(scope, { base, vendor, log }), { prefix: CONTROL });
  const listen = async () => (port === null ? 'http://sandbox.test:80' : app.listen({ host: HOST, port }));
  const url = await listen().catch((error: unknown) => {
    // The caller may try another port with the same file.
    base.store.close();
    throw error;
  });
  vendor.webhooks.resume();
  return {
    url,
    port: Number(new URL(url).port),
    faults: base.faults,
    fetch: fetchOf(app),
    webhookSender: vendor.webhooks,
    async stop() {
      vendor.webhooks.stop();
      vendor.onStop?.();
      await app.close();
      base.store.close();
    },
  };
}

const fetchOf =
  (app: FastifyInstance): typeof globalThis.fetch =>
  async (input, { method = 'GET', headers, body } = {}) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const answer = await app.inject({
      ...{ method: method as 'GET', url: pathname + search, headers: Object.fromEntries(new Headers(headers)) },
      ...(typeof body === 'string' && { payload: body }),
    });
    const told = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
    return new Response(answer.rawPayload, { status: answer.statusCode, headers: told });
  };

/** Vendors answer a broken body in their own words, so nothing is parsed before its route runs. */
function readBodiesAsText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

function limitRate(app: FastifyInstance, vendor: Vendor, { options, now }: Base): void {
  const { requestsPerMinute: limited = options.requestsPerMinute ?? null } = vendor;
  if (limited === null) return;
  const limit = createRateLimit({ limit: limited, now });
  app.addHook('onRequest', async (request, reply) => {
    const { allowed, retryAfterMs } = limit.take(vendor.rateKey(request));
    if (allowed) return;
    const seconds = Math.ceil(retryAfterMs / 1000);
    const answer = vendor.failure(429, seconds);
    return reply.code(429).headers(failureHeaders(answer, seconds)).send(answer.body);
  });
}
