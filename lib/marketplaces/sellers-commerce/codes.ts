import { BlockedError, type IntegrationError, RejectedError, RetryableError } from '#lib/platform/errors';
import type { HttpResponse } from '#lib/platform/http/classify';
import { member, textOf } from '../kit/json.ts';

/** Processed, and "Already exists for current request". */
const DONE = [20, 33];
/** "Payment data already exist", "Requested Order alredy captured": what was wanted of a payment. */
export const PAID_ALREADY = [27, 28];
const PROVIDER_MISSING = 21;
const FAILED = 29;
const FIRST = 20;
const LAST = 36;
const MAX_WORDS = 500;

/**
 * What an answer's own code says, whatever the HTTP status: "While the text for an error message may change, the codes
 * will stay the same." Null where there is none of the table. `alsoDone` are codes that this call takes for done.
 */
export function judge(
  { status, body }: Pick<HttpResponse, 'status' | 'body'>,
  alsoDone: readonly number[] = [],
): 'done' | IntegrationError | null {
  const answers = (Array.isArray(body) ? body : [body]).filter((answer) => codeOf(answer) !== null);
  const isDone = (answer: unknown): boolean => [...DONE, ...alsoDone].includes(codeOf(answer) ?? 0);
  if (answers.length === 0) return null;
  const undone = answers.find((answer) => !isDone(answer));
  return undone === undefined ? 'done' : refuse(undone, status);
}

function refuse(answer: unknown, httpStatus: number): IntegrationError {
  const code = codeOf(answer);
  const words = [member(answer, 'Results'), member(answer, 'ResponseMessage')].map(textOf).filter(Boolean);
  const detail = { code: `response_${code}`, description: words.join(': ').slice(0, MAX_WORDS), httpStatus };
  if (code === PROVIDER_MISSING) return new BlockedError(detail, 'connection');
  return code === FAILED ? new RetryableError(detail) : new RejectedError(detail);
}

function codeOf(answer: unknown): number | null {
  const text = textOf(member(answer, 'StatusCode'));
  const code = /^\d{2}$/.test(text) ? Number(text) : 0;
  // The document has no 23.
  return code >= FIRST && code <= LAST && code !== 23 ? code : null;
}
