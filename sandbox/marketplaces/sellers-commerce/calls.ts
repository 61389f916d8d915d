import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Base } from '../base.ts';
import { Refusal } from '../refusal.ts';
import type { Store } from '../store.ts';
import { type Answer, answer, badRequest, DONE, isAnswer } from './answers.ts';
import type { Setup } from './settings.ts';

/** A write that reached the store, done or refused; not one that a fault answered instead. */
interface WriteCall {
  at: string;
  /** The last part of its path, such as `shippinginformation`. */
  endpoint: string;
  orderNumber: string | null;
  /** The response code. */
  code: number;
  httpStatus: number;
  body: unknown;
}

/** Serves writes and reads with the response codes of the document. */
export type Endpoints = ReturnType<typeof createEndpoints>;

export function createEndpoints(app: FastifyInstance, base: Base, setup: Setup) {
  const calls = base.store.collection<WriteCall>('write-calls');
  const statusOf = (status: number, body: unknown): number =>
    isAnswer(body) && setup.settings().httpStatus === 'always-200' ? 200 : status;

  return {
    /** A list in the form that the settings ask for. */
    list: <T>(rows: T[]) => (setup.settings().lists === 'array' ? rows : { Results: rows }),
    get(path: string, read: (request: FastifyRequest) => unknown) {
      app.get(path, async (request, reply) => {
        try {
          return read(request);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return reply.code(statusOf(error.status, error.body)).send(error.body);
        }
      });
    },
    /** A write: reads its body, answers with what `write` throws, and records all of it. */
    post(path: string, write: (body: unknown) => void) {
      app.post(path, async (request, reply) => {
        const { httpStatus: documented, answered, body } = perform(request, write);
        const httpStatus = statusOf(documented, answered);
        const at = base.now().toISOString();
        const endpoint = path.split('/').at(-1) ?? path;
        const call = { at, endpoint, orderNumber: orderNumberOf(body), code: answered.StatusCode };
        calls.put(String(base.store.next('write-calls')), { ...call, httpStatus, body });
        return reply.code(httpStatus).send(answered);
      });
    },
  };
}

/** The writes of the seller's side, newest last. */
export function readReceived(store: Store) {
  const calls = store.collection<WriteCall>('write-calls').list();
  // How often each response code was answered, and the accepted parcels by order.
  const byEndpoint: Record<string, Record<string, number>> = {};
  const byOrder: Record<string, number> = {};
  for (const { endpoint, code, orderNumber } of calls) {
    const codes = byEndpoint[endpoint] ?? {};
    byEndpoint[endpoint] = { ...codes, [code]: (codes[code] ?? 0) + 1 };
    const isParcel = endpoint === 'shippinginformation' && code === DONE && orderNumber !== null;
    if (isParcel) byOrder[orderNumber] = (byOrder[orderNumber] ?? 0) + 1;
  }
  const accepted = calls.filter(({ code }) => code === DONE).length;
  return { counts: { accepted, refused: calls.length - accepted, byEndpoint, byOrder }, calls };
}

interface Performed {
  httpStatus: number;
  answered: Answer;
  body: unknown;
}

function perform(request: FastifyRequest, write: (body: unknown) => void): Performed {
  let body: unknown = request.body;
  try {
    body = parse(request);
    write(body);
    const { httpStatus, body: answered } = answer(DONE);
    return { httpStatus, answered, body };
  } catch (error) {
    if (!(error instanceof Refusal) || !isAnswer(error.body)) throw error;
    return { httpStatus: error.status, answered: error.body, body };
  }
}

function parse({ headers, body }: FastifyRequest): unknown {
  if (!headers['content-type']?.toLowerCase().startsWith('application/json'))
    throw badRequest('Content-Type is not application/json');
  try {
    return JSON.parse(String(body ?? ''));
  } catch {
    throw badRequest('the body is not JSON');
  }
}

function orderNumberOf(body: unknown): string | null {
  const number = (body as { OrderNumber?: unknown } | null)?.OrderNumber;
  return typeof number === 'string' || typeof number === 'number' ? String(number) : null;
}
