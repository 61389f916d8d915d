import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Env, Hono } from 'hono';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { lambda } from '#lib/platform/lambda/lambda';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { errorBody, MAX_ANSWER_BYTES } from './errors.ts';

const refuse = (statusCode: number, code: string, description: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(errorBody({ code, description })),
});

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** An app as a Lambda behind API Gateway (payload 2.0). */
export function createHandler<E extends Env>(app: Hono<E>) {
  const answer = handle(app);
  return lambda<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(({ headers }) => headers.traceparent)
    .onError((request) => {
      log.error('api request failed', errorFields(request.error));
      request.response = refuse(500, 'internal_error', 'the hub failed; please try again');
    })
    .handler(async (event, context) => {
      const { method } = event.requestContext.http;
      if (!METHODS.has(method)) return refuse(405, 'method_not_allowed', 'no such method here');
      // Hono types the same event and context a little differently.
      const result = await answer(plain(event) as unknown as LambdaEvent, context as unknown as LambdaContext);
      return withinLimit(result as APIGatewayProxyStructuredResultV2, event.headers['accept-encoding']);
    });
}

/** Lambda's limit is 6 MB, with the text escaped once more: larger answers, as of 6,000 lines, are sent gzipped. */
function withinLimit(result: APIGatewayProxyStructuredResultV2, accepted = ''): APIGatewayProxyStructuredResultV2 {
  const { body = '', isBase64Encoded, headers } = result;
  if (isBase64Encoded || Buffer.byteLength(body) <= MAX_ANSWER_BYTES) return result;
  if (!/(\bgzip\b|\*)(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accepted))
    return refuse(406, 'answer_too_large', `over ${MAX_ANSWER_BYTES} bytes: ask with \`accept-encoding: gzip\``);
  const packed = { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' };
  return { ...result, headers: packed, body: gzipSync(body).toString('base64'), isBase64Encoded: true };
}

/** An event without what the Fetch API refuses or misreads: a body on GET, a content type without a body, a broken host. */
function plain(event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const { method } = event.requestContext.http;
  const { body, ...rest } = event;
  const isRead = method === 'GET' || method === 'HEAD';
  const hasBody = body !== undefined && body !== '' && !isRead;
  // The signature of a GET may cover its `content-type`, so `ucp` keeps it.
  const unread = isRead ? /^content-length$/i : /^content-(type|length)$/i;
  const headers = Object.entries(event.headers).filter(([name]) => hasBody || !unread.test(name));
  return {
    ...rest,
    ...(hasBody && { body }),
    rawPath: encodePath(event.rawPath),
    headers: Object.fromEntries(headers),
    requestContext: { ...event.requestContext, domainName: 'localhost' },
  } as APIGatewayProxyEventV2;
}

const NEVER_IN_A_PATH = /[^!-~]|["#%<>?\\^`{|}]/gu;
const BEFORE_DOTS = /\/(?=\.{1,2}(\/|$))/g;

/**
 * HTTP APIs hand over a decoded path: it is encoded again, so that the routes decode it once. URL would resolve dot
 * segments, such as `..` in an id with slashes: their slash is encoded too, so they join the segment before.
 */
const encodePath = (path: string): string =>
  path.toWellFormed().replace(NEVER_IN_A_PATH, encodeURIComponent).replace(BEFORE_DOTS, '%2F');
