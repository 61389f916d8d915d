import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Faults, RequestFault } from './faults.ts';

/**
 * A vendor's answer for a failure with this status. `retryAfter` (seconds) is set by the fault, and goes into the
 * header of that name unless the vendor uses others.
 */
export type Failure = (status: number, retryAfter?: number) => { body: unknown; headers?: Record<string, string> };

export const failureHeaders = ({ headers }: ReturnType<Failure>, retryAfter?: number): Record<string, string> =>
  headers ?? (retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });

/** Applies the active faults to the routes of this scope. */
export function applyFaults(app: FastifyInstance, faults: Faults, failure: Failure): void {
  const afterWork = new WeakMap<FastifyRequest, RequestFault>();

  app.addHook('preHandler', async (request, reply) => {
    const fault = faults.takeForRequest(request.method, request.url, String(request.body ?? ''));
    if (!fault) return;
    if (fault.kind === 'accept-then-reset' || fault.afterWork) afterWork.set(request, fault);
    else if (fault.kind === 'slow') await wait(fault.delayMs ?? 1000, undefined, { ref: false });
    else if (isSilent(fault)) return silence(fault, request, reply);
    else return reply.code(statusOf(fault)).headers(headersOf(fault, failure)).send(textOf(fault, failure));
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const fault = afterWork.get(request);
    if (!fault) return payload;
    afterWork.delete(request);
    if (fault.kind === 'slow') {
      await wait(fault.delayMs ?? 1000, undefined, { ref: false });
      return payload;
    }
    if (isSilent(fault)) return silence(fault, request, reply);
    reply.code(statusOf(fault)).headers(headersOf(fault, failure)).removeHeader('content-length');
    return textOf(fault, failure);
  });
}

function isSilent({ kind }: RequestFault): boolean {
  return kind === 'hang' || kind === 'reset' || kind === 'accept-then-reset';
}

/** Never answers. The promise stays open on purpose, so that nothing is written after it. */
function silence(fault: RequestFault, request: FastifyRequest, reply: FastifyReply): Promise<never> {
  const reset = (): void => void request.raw.socket.resetAndDestroy();
  if (fault.kind !== 'hang') reset();
  else if (fault.delayMs !== undefined) setTimeout(reset, fault.delayMs).unref();
  reply.raw.on('error', () => undefined);
  return new Promise(() => undefined);
}

const statusOf = ({ kind, status }: RequestFault): number => status ?? (kind === 'garbage' ? 200 : 500);

function headersOf(fault: RequestFault, failure: Failure): Record<string, string> {
  const headers =
    fault.kind === 'status' ? failureHeaders(failure(statusOf(fault), fault.retryAfter), fault.retryAfter) : {};
  return { 'content-type': 'application/json; charset=utf-8', ...headers };
}

function textOf(fault: RequestFault, failure: Failure): string {
  const body = fault.body ?? defaultBody(fault, failure);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function defaultBody(fault: RequestFault, failure: Failure): unknown {
  // A proxy's page instead of an answer, cut short.
  if (fault.kind === 'garbage') return '<html><head><title>502 Bad Gateway</title></head><body><h1>502';
  return failure(statusOf(fault), fault.retryAfter).body;
}
