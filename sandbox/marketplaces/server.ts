import { join } from 'node:path';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { serveControl } from './control.ts';
import type { Emit, SandboxEvent, SharedEvent } from './events.ts';
import { applyFaults, type Failure } from './fault-hooks.ts';
import { createFaults, type Faults } from './faults.ts';
import { createRateLimit } from './rate-limit.ts';
import { Refusal } from './refusal.ts';
import { keepRequestLog } from './request-log.ts';
import { openStore, type Store } from './store.ts';
import type { WebhookSender } from './webhook-sender.ts';

const CONTROL = '/_sandbox';
const HOST = '127.0.0.1';

/** What every marketplace's sandbox can be started with. */
export interface SandboxOptions<Event = SharedEvent> {
  /** 0 or none: any free port of the loopback interface. */
  port?: number | undefined;
  /** A folder for what must survive a stop or a crash; without it everything is in memory. */
  dataDir?: string | undefined;
  /** The file's name in `dataDir`; one for each account. */
  name?: string | undefined;
  now?: (() => Date) | undefined;
  requestsPerMinute?: number | undefined;
  /** How many times faster than in the documents webhooks are retried: 60 turns minutes into seconds. */
  timeScale?: number | undefined;
  webhookTimeoutMs?: number | undefined;
  onEvent?: ((event: SandboxEvent<Event>) => void) | undefined;
}

/** What the parts of one sandbox share. */
export interface Base<Event> {
  marketplace: string;
  store: Store;
  faults: Faults;
  emit: Emit<Event | SharedEvent>;
  now: () => Date;
  /** The vendor's routes as `METHOD /path`, filled while they are registered. */
  endpoints: string[];
}

/** What a vendor's sandbox adds to the shared server. */
export interface Vendor {
  failure: Failure;
  /** Whose requests are counted together. */
  rateKey(request: FastifyRequest): string;
  requestsPerMinute: number | undefined;
  webhooks: WebhookSender;
  routes(app: FastifyInstance): void;
  control(app: FastifyInstance): void;
  /** For `GET /_sandbox`. */
  summary(): Record<string, unknown>;
  /** After everything held was dropped. */
  onReset?(): void;
  onStop?(): void;
}

export interface Listening {
  url: string;
  port: number;
  faults: Faults;
  webhookSender: WebhookSender;
  /** Closes every connection and timer; what was placed is in `dataDir`. */
  stop(): Promise<void>;
}

/** Opens the store and the switchboard of faults. */
export function createBase<Event>(marketplace: string, options: SandboxOptions<Event | SharedEvent>): Base<Event> {
  const now = options.now ?? (() => new Date());
  const endpoints: string[] = [];
  const emit = (event: Event | SharedEvent): void =>
    options.onEvent?.({ ...event, at: now().toISOString(), marketplace });
  const file = options.dataDir ? join(options.dataDir, `${options.name ?? marketplace}.jsonl`) : undefined;
  return { marketplace, store: openStore(file), faults: createFaults(() => endpoints, emit), emit, now, endpoints };
}

/** Serves a vendor's routes and the control surface on the loopback interface. */
export async function serve<Event>(base: Base<Event>, vendor: Vendor, port = 0): Promise<Listening> {
  const app = Fastify({ forceCloseConnections: true, bodyLimit: 4 * 1024 * 1024 });
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
    limitRate(scope, vendor, base.now);
    applyFaults(scope, base.faults, vendor.failure);
    vendor.routes(scope);
  });
  app.register(async (scope) => serveControl(scope, { base, vendor, log }), { prefix: CONTROL });
  const url = await app.listen({ host: HOST, port }).catch((error: unknown) => {
    // The caller may try another port with the same file.
    base.store.close();
    throw error;
  });
  vendor.webhooks.resume();
  return {
    url,
    port: Number(new URL(url).port),
    faults: base.faults,
    webhookSender: vendor.webhooks,
    async stop() {
      vendor.webhooks.stop();
      vendor.onStop?.();
      await app.close();
      base.store.close();
    },
  };
}

/** Each vendor answers a broken body in its own words, so nothing is parsed before its route runs. */
function readBodiesAsText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

function limitRate(app: FastifyInstance, vendor: Vendor, now: () => Date): void {
  if (vendor.requestsPerMinute === undefined) return;
  const limit = createRateLimit({ limit: vendor.requestsPerMinute, now });
  app.addHook('onRequest', async (request, reply) => {
    const { allowed, retryAfterMs } = limit.take(vendor.rateKey(request));
    if (allowed) return;
    const { body, headers } = vendor.failure(429, Math.ceil(retryAfterMs / 1000));
    return reply
      .code(429)
      .headers(headers ?? {})
      .send(body);
  });
}
