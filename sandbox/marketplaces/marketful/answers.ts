import type { FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';

/** A status and a message: how Marketful refuses. */
export type Answer = readonly [status: number, message: string];

export interface Credentials {
  accessToken: string;
  userId: string;
}

/** An endpoint's refusals of requests without valid credentials; the document words them differently for each. */
export interface AuthAnswers {
  missing: Answer;
  /** The User header names nobody. */
  user: Answer;
  /** The token does not belong to that user. */
  token: Answer;
}

export const authAnswers = {
  usual: authAnswersOf([404, 'Invalid Authorization'], [403, 'User Not Found']),
  entries: authAnswersOf([404, 'Invalid Authorization'], [400, 'User Not Found']),
  // The document gives no status for these two.
  orders: authAnswersOf([404, 'Invalid Token'], [404, 'Seller not found']),
  events: authAnswersOf([404, 'Invalid Authorization'], [404, 'User Not Found'], [404, 'Seller Not Found']),
  webhooks: authAnswersOf([404, 'Invalid Authorization'], [404, 'User Not Found']),
} satisfies Record<string, AuthAnswers>;

/** A `preHandler` that lets only these credentials pass. */
export const authenticate =
  ({ accessToken, userId }: Credentials, answers: AuthAnswers) =>
  async ({ headers }: FastifyRequest): Promise<void> => {
    if (!headers.authorization || !headers.user) throw refuse(answers.missing);
    if (headers.user !== userId) throw refuse(answers.user);
    if (headers.authorization !== accessToken) throw refuse(answers.token);
  };

export function refuse([status, message]: Answer, more: Record<string, unknown> = {}): Refusal {
  return new Refusal(status, { message, ...more });
}

/** A request's parameters: its query and its JSON body, which wins, as the document says "Body/Parameters". */
export function parametersOf({ body, query }: FastifyRequest): Record<string, unknown> {
  const parsed = parse(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw refuse([400, 'Invalid JSON']);
  return { ...(query as Record<string, unknown>), ...parsed };
}

/** Whether a field is null or an empty string, which is how the document leaves fields out. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** A whole number, or a string with one; null for anything else. */
export function wholeNumber(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function parse(body: unknown): unknown {
  if (body === undefined || body === null || body === '') return {};
  try {
    return JSON.parse(String(body));
  } catch {
    throw refuse([400, 'Invalid JSON']);
  }
}

function authAnswersOf(missing: Answer, user: Answer, token: Answer = user): AuthAnswers {
  return { missing, user, token };
}
