import { RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { describe, type HttpResponse, MAX_WORDS } from '#lib/platform/http/classify';
import { isObject, member, textOf, unwrap } from './json.ts';
import { flag, isNothing } from './shape.ts';

/** Null if the remote refuses: one refusal must not keep the caller from the rest. */
export async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RejectedError) return null;
    throw error;
  }
}

/** Asks for each in turn. A refusal of one keeps no other from being asked for; in the end they are thrown as one. */
export async function askForEach<T>(things: Iterable<T>, ask: (thing: T) => Promise<unknown>): Promise<void> {
  const refusals: RejectedError[] = [];
  for (const thing of things) {
    try {
      await ask(thing);
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      refusals.push(error);
    }
  }
  const [first] = refusals;
  const words = new Set(refusals.map(({ detail }) => detail.description));
  if (first) throw new RejectedError({ ...first.detail, description: [...words].join('; ').slice(0, MAX_WORDS) });
}

/** The error for an answer that says neither yes nor no: the remote may have done what it was asked. */
export const unclearAnswer = (description: string, httpStatus?: number): UnknownOutcomeError =>
  new UnknownOutcomeError({ code: 'unexpected_answer', description, ...(httpStatus && { httpStatus }) });

/**
 * What an answer with a status of success says; null if it is unclear: an error's code or words, or text that is not
 * JSON, such as a proxy's page.
 */
export function saysSuccess({ body }: Pick<HttpResponse, 'body'>): boolean | null {
  const inner = unwrap(body, ['data', 'result']);
  const said = flag.safeParse(member(inner, 'success') ?? member(body, 'success'));
  if (said.success) return said.data;
  if (textOf(body) !== '' || body === false) return null;
  const namesError = ['code', 'error', 'errors'].some((key) => !FINE.test(wordOf(member(inner, key))));
  const saysFailed = ['success', 'ok', 'status', 'result'].some((key) => FAILED.test(wordOf(member(inner, key))));
  return namesError || saysFailed ? null : true;
}

/** In `code`, `error` or `errors`: no error. */
const FINE = /^(false|0+|2\d\d|ok|none|success)?$/i;
/** In `success`, `ok`, `status` or `result`: it failed. */
const FAILED = /^(false|[45]\d\d|ko|error|fail(ed|ure)?|rejected|denied|invalid)$/i;

const wordOf = (value: unknown): string => {
  if (isObject(value)) return Object.keys(value).length > 0 ? 'more than a word' : '';
  return typeof value === 'boolean' ? String(value) : textOf(value);
};

/**
 * For a call whose status alone means success, with any body. Throws if the body says no, and if it is an error or a
 * proxy's page: the remote may have done it.
 */
export function checkDone(response: HttpResponse): void {
  const isWord = /^[^<]/.test(textOf(response.body));
  const isDone = isWord || saysSuccess(response);
  const description = describe(response);
  if (isDone === null) throw unclearAnswer(description, response.status);
  if (!isDone) throw new RejectedError({ code: 'not_successful', description, httpStatus: response.status });
}

/**
 * The object that was read, without what is wrapped around it; the first of a list. `own` is a member that it has.
 * Throws RetryableError for no JSON object, an empty one, or an error in place of one: it is not what was asked for,
 * and would be kept as if it were.
 */
export function readThing(response: HttpResponse, names: readonly string[], own: string): object {
  const inner = unwrap(response.body, names, own);
  const thing: unknown = Array.isArray(inner) ? inner[0] : inner;
  if (isObject(thing)) {
    const isEmpty = Object.values(thing).every(isNothing) || names.some((name) => member(thing, name) === null);
    if (member(thing, own) !== undefined || (!isEmpty && saysSuccess(response))) return thing;
  }
  const description = `expected what was asked for: ${describe(response)}`;
  throw new RetryableError({ code: 'unexpected_answer', description, httpStatus: response.status });
}
