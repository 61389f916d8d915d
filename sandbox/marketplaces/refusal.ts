import type { z } from 'zod';

/** Ends a request with this status and body. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`refused with ${status}`);
    this.name = 'Refusal';
    this.status = status;
    this.body = body;
  }
}

/** A refusal of the control surface, in the hub's own error shape. */
export function controlRefusal(status: number, code: string, description: string): Refusal {
  return new Refusal(status, { error: { code, description } });
}

/** Reads a control body, naming what is wrong with it. An empty body is an empty object. */
export function readControl<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(parseJson(body));
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw controlRefusal(400, 'invalid_request', reasons.join('; '));
}

function parseJson(body: unknown): unknown {
  if (typeof body !== 'string') return body ?? {};
  try {
    return JSON.parse(body || '{}');
  } catch {
    throw controlRefusal(400, 'invalid_request', 'the body is not JSON');
  }
}
