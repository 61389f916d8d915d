import {
  BlockedError,
  type IntegrationError,
  RejectedError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import type { HttpResponse } from '#lib/platform/http/classify';
import { classify, describe } from '#lib/platform/http/classify';
import type { RemoteContext } from '../action.ts';
import { member, textOf } from '../kit/json.ts';

export type Caller = Pick<RemoteContext, 'http' | 'secrets'>;
export type Variables = Record<string, unknown>;

/**
 * POST <endpoint>: one operation of one document; returns what its first field answers, null where there is nothing.
 * The connection's base URL is the whole endpoint.
 */
export async function ask(caller: Caller, query: string, variables: Variables): Promise<unknown> {
  const { accessToken = '', viewerId = '' } = caller.secrets;
  const operationName = /\b(?:query|mutation)\s+(\w+)/.exec(query)?.[1];
  const response = await caller.http.request({
    method: 'POST',
    path: '',
    headers: { accesstoken: accessToken, viewerid: viewerId },
    json: { query, variables, operationName },
    refusal: (answer) => (classify(answer) instanceof RejectedError ? readErrors(answer) : null),
  });
  const data = member(response.body, 'data');
  const [answer = null] = typeof data === 'object' && data !== null ? Object.values(data) : [];
  // What was done stands, whatever could not be shown of it.
  if (answer !== null && !isEmpty(answer)) return answer;
  const refusal = readErrors(response);
  if (refusal) throw refusal;
  if (typeof data === 'object' && data !== null) return answer;
  throw unclear(response, describe(response));
}

/** A payload of which nothing came: `{ "order": null }`. */
const isEmpty = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && Object.values(answer).every((value) => value === null);

const CREDENTIALS = /^(unauthori[sz]ed|unauthenticated|forbidden|not authenticated|authentication)\b/i;
const PATIENCE = /too many requests|rate limit/i;
const BROKEN = /^(internal|unexpected)( server)? error|timed? ?out|try again|service unavailable/i;

/** "refusals are HTTP 200 with `errors`": the first of them says what happens next. Null where there is none. */
function readErrors(response: HttpResponse): IntegrationError | null {
  const errors = member(response.body, 'errors');
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (first === undefined) return null;
  const description = describe({ ...response, body: textOf(member(first, 'message')) || 'an error without a message' });
  const detail = { code: 'refused', description, httpStatus: response.status };
  if (CREDENTIALS.test(description)) return new BlockedError({ ...detail, code: 'credentials_refused' }, 'connection');
  if (PATIENCE.test(description)) return new ThrottledError({ ...detail, code: 'throttled' }, null);
  // It broke on their side, before or after it was done.
  if (BROKEN.test(description)) return unclear(response, description);
  return new RejectedError(detail);
}

const unclear = ({ status }: HttpResponse, description: string): UnknownOutcomeError =>
  new UnknownOutcomeError({ code: 'unexpected_answer', description, httpStatus: status });
