import { BlockedError, type IntegrationError, RejectedError, ThrottledError } from '#lib/platform/errors';
import { describe, type HttpResponse } from '#lib/platform/http/classify';
import * as z from '#lib/platform/zod';
import { unclearAnswer } from './answers.ts';
import { isObject, member, textOf } from './json.ts';
import { count, flag, isNothing, optional, optionalText, unreadable } from './shape.ts';

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
function isEmpty(payload: unknown): boolean {
  if (!isObject(payload)) return false;
  const isReason = (key: string, value: unknown) => value !== true && /errors?$|^(message|code)$/i.test(key);
  const isEmptyList = Number(member(payload, 'length') ?? 1) === 0;
  return isEmptyList || Object.entries(payload).every(([key, value]) => !value || isReason(key, value));
}

/** What a payload without content says of its own failure, as `userErrors` or beside `success: false`. */
function failureIn(payload: unknown): unknown {
  const said = Object.entries(payload ?? {}).filter(([, value]) => !isNothing(value));
  const saysFailed = said.some(([, value]) => value === false);
  const reasons = saysFailed ? /errors?$|^message$/i : /errors?$/i;
  const [first] = [said.find(([key]) => reasons.test(key))?.[1]].flat();
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

/** A page of a list. Without `pageInfo`, as documents may print it, it is accepted if it has all of the matches. */
export const Page = z.lazy(() =>
  z.pipe(
    z
      .object({
        length: count,
        edges: z.array(z.nullish(z.object({ node: z.unknown() }))),
        pageInfo: optional(z.object({ hasNextPage: flag, endCursor: optionalText })),
      })
      .check(
        z.refine(({ length, edges, pageInfo }) => pageInfo !== undefined || edges.length >= length, {
          path: ['pageInfo'],
          error: 'is missing',
        }),
      ),
    // Nodes stay as they came; an edge may have none.
    z.transform(({ edges, ...page }) => ({
      ...{ ...page, isEmpty: edges.length === 0 },
      nodes: edges.map((edge) => edge?.node).filter(isObject),
    })),
  ),
);
export type Page = z.infer<typeof Page>;

/**
 * The cursor of the page after the one asked for by `after`; null at the end of the list, which is also an empty page
 * behind one that is not: some servers always say that there is more. Throws ContractError if there is more but no
 * cursor to it, or if the page begins with `first`, as the previous page did.
 */
export function cursorBehind(page: Page, after: string | null, first?: string): string | null {
  if (!page.pageInfo?.hasNextPage || (page.isEmpty && after !== null && first !== '')) return null;
  const { endCursor } = page.pageInfo;
  if (endCursor !== undefined && endCursor !== after && firstIdOf(page) !== first) return endCursor;
  const problem = endCursor === undefined ? 'is missing' : 'leads to the same page again';
  throw unreadable('pageInfo.endCursor', `${problem}, though hasNextPage says that there is more`);
}

/** The id of a page's first node; empty if there is none. */
export const firstIdOf = ({ nodes }: Page): string => textOf(member(nodes[0], 'id'));
