import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Base } from '../base.ts';
import { Refusal } from '../refusal.ts';

/** One call that changes something, accepted or not. */
interface Call {
  at: string;
  action: string;
  /** The order; for products, the id or SKU. */
  about: string | null;
  rowId: string | null;
  status: number;
  /** Sello's message, if it refused. */
  message: string | null;
  body: unknown;
}

interface Params {
  id?: string;
  sku?: string;
  rowId?: string;
}
type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** Wraps handlers of calls that change something, so that each is recorded, whatever a fault does to its answer. */
export function createRecorder({ store, now }: Base): (action: string, handler: Handler) => Handler {
  const calls = store.collection<Call>('calls');
  return (action, handler) => async (request, reply) => {
    const { id, sku, rowId } = request.params as Params;
    const record = (status: number, message: string | null): void =>
      void calls.put(String(store.next('calls')), {
        at: now().toISOString(),
        action,
        about: id ?? sku ?? null,
        rowId: rowId ?? null,
        status,
        message,
        body: readable(request.body),
      });
    try {
      const answer = await handler(request, reply);
      record(reply.statusCode, null);
      return answer === undefined ? reply.send() : answer;
    } catch (error) {
      if (error instanceof Refusal) record(error.status, (error.body as { message: string }).message);
      throw error;
    }
  };
}

/** The calls that Sello got, newest last. */
export function readReceived(base: Base) {
  const calls = base.store.collection<Call>('calls').list();
  const accepted = calls.filter(({ status }) => status < 300);
  const count = (keys: string[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
    return counts;
  };
  const deliveries = accepted.filter(({ action }) => action === 'delivery');
  return {
    counts: {
      accepted: accepted.length,
      refused: calls.length - accepted.length,
      // Accepted calls by action.
      byAction: count(accepted.map(({ action }) => action)),
      // Accepted deliveries, including those that overwrote one with the same tracking id.
      byOrder: count(deliveries.map(({ about }) => String(about))),
    },
    calls,
  };
}

function readable(body: unknown): unknown {
  try {
    return JSON.parse(String(body ?? 'null'));
  } catch {
    return body;
  }
}
