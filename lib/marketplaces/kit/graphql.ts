import { BlockedError, type IntegrationError, RejectedError, ThrottledError } from '#lib/platform/errors';
import { describe, type HttpResponse } from '#lib/platform/http/classify';
import { unclearAnswer } from './answers.ts';
import { isObject, member, textOf } from './json.ts';
import { isNothing } from './shape.ts';

/** The value of the first field in `data`, null if there is none. Throws what the answer's errors mean. */
export function payloadOf(response: HttpResponse): unknown {
  const data = member(response.body, 'data');
  const [payload = null] = isObject(data) ? Object.values(data) : [];
  // A value beside errors: the operation was done, and only some of its fields could not be shown.
  if (payload !== null && !isEmpty(payload)) return payload;
  const refusal = readErrors(response) ?? readErrors(response, failureIn(payload));
  if (refusal) throw refusal;
  if (isObject(data)) return payload;
  throw unclearAnswer(describe(response), response.status);
}

/** A payload without content: an empty list, or `{ "order": null }`, perhaps beside the reason. */
const isEmpty = (payload: unknown): boolean =>
  isObject(payload) &&
  (Number(member(payload, 'length') ?? 1) === 0 ||
    Object.entries(payload).every(
      ([key, value]) => !value || (value !== true && /errors?$|^(message|code)$/i.test(key)),
    ));

/** What a payload without content says of its own failure, as `userErrors` or beside `success: false`. */
function failureIn(payload: unknown): unknown {
  const told = Object.entries(payload ?? {}).filter(([, value]) => !isNothing(value));
  const words = told.some(([, value]) => value === false) ? /errors?$|^message$/i : /errors?$/i;
  const [first] = [told.find(([key]) => words.test(key))?.[1]].flat();
  // Beside its message is the `path` of an input: in the answer's own errors, that of a field that could not be shown.
  return member(first, 'message') ?? first;
}

const CREDENTIALS =
  /^(unauthori[sz]ed|unauthenticated|forbidden|not authenticated|authentication)\b|access.?token|viewer.?id|credential|(access|permission).denied|\blog.?(ged.?)?in\b/i;
const PATIENCE = /too.many.requests|rate.?limit|throttled/i;
const BROKEN =
  /\b(internal|unexpected)([ _]server)?[ _]error|something went wrong|timed? ?out|try again|service.unavailable/i;

/** "refusals are HTTP 200 with `errors`": the first one decides what happens next. Null without errors. */
export function readErrors(response: HttpResponse, errors = member(response.body, 'errors')): IntegrationError | null {
  const [first] = [errors].flat();
  if (first == null || first === '') return null;
  // Servers that name kinds of errors put a code beside the message.
  const words = [member(member(first, 'extensions'), 'code'), member(first, 'message') ?? first].map(textOf);
  const body = words.filter(Boolean).join(': ') || first;
  const says = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
  const detail = { code: 'refused', description: describe({ ...response, body }), httpStatus: response.status };
  if (says(CREDENTIALS)) return new BlockedError({ ...detail, code: 'credentials_refused' }, 'connection');
  if (says(PATIENCE)) return new ThrottledError({ ...detail, code: 'throttled' }, null);
  // The remote failed, perhaps after doing the work, or could not show part of the result: the outcome is unknown.
  if (says(BROKEN) || Number(member(member(first, 'path'), 'length')) > 1)
    return unclearAnswer(detail.description, response.status);
  return new RejectedError(detail);
}
