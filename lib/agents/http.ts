import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HubError } from '#client/index';
import { cached } from '#lib/platform/cache';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { createServer, findCaller, type Seat } from './server.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** For how long a key is not checked again: as long as the API itself trusts what it knows of one. */
const CALLER_MS = 30_000;
const CALLERS = 1_000;

const refusal = (code: string, description: string) => ({ error: { code, description } });

/**
 * The tools over streamable HTTP, without sessions: one server and one answer for each POST. The caller needs a key of
 * the API, which is all that is passed on to it.
 */
export function createAgents(seatOf: () => Omit<Seat, 'key'>): Hono {
  const callers = cached(CALLER_MS, (key: string) => findCaller({ ...seatOf(), key }), { maxEntries: CALLERS });
  const app = new Hono();
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) => context.json(refusal('payload_too_large', `the body is over ${MAX_BODY_BYTES} bytes`), 413),
    }),
  );
  app.onError((error, context) => {
    log.error('agent request failed', errorFields(error));
    return context.json(refusal('internal_error', 'the hub failed; please try again'), 500);
  });
  app.post('/mcp', async (context) => {
    // A page in a browser is no agent: a host name that points here for a moment must not make it one.
    const origin = context.req.header('origin');
    if (origin !== undefined && URL.parse(origin)?.host !== context.req.header('host'))
      return context.json(refusal('foreign_origin', 'agents call from a program, not from a page elsewhere'), 403);
    const key = /^Bearer +(\S{1,512})$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const scopes = key === undefined ? undefined : await callers.get(key).catch(orUnknown);
    if (key === undefined || !scopes)
      return context.json(refusal('unauthorized', 'send a valid API key as Authorization: Bearer <key>'), 401, {
        'www-authenticate': 'Bearer',
      });
    const server = createServer({ ...seatOf(), key }, scopes);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    return transport.handleRequest(context.req.raw);
  });
  app.all('/mcp', (context) =>
    context.json(refusal('method_not_allowed', 'POST alone: there are no sessions'), 405, { allow: 'POST' }),
  );
  return app;
}

function orUnknown(error: unknown): undefined {
  if (error instanceof HubError && error.status === 401) return undefined;
  throw error;
}
