import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { routes } from '#lib/topology';
import { type Handler, invoke, tellFailure } from './handlers.ts';
import { isOwnHost } from './own-host.ts';
import { createRush, type Rush } from './rush.ts';

/** API Gateway's own limit for a request. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/** An HTTP API in front of the handlers: the topology's routes, with events in payload format 2.0. */
export const createApiGateway =
  (
    handlers: ReadonlyMap<string, Handler>,
    { rush = createRush(), publicUrl }: { rush?: Pick<Rush, 'during'>; publicUrl?: string } = {},
  ): RequestListener =>
  (request, response) => {
    if (!isOwnHost(request.headers.host, publicUrl)) return write(response, message(421, 'Misdirected Request'));
    rush.during(respond(handlers, request)).then(
      (result) => write(response, result),
      (error) => {
        tellFailure('a function failed', {}, error);
        write(response, message(500, 'Internal Server Error'));
      },
    );
  };

const message = (statusCode: number, text: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: {
    'content-type': 'application/json',
    ...((statusCode === 413 || statusCode === 421) && { connection: 'close' }),
  },
  body: JSON.stringify({ message: text }),
});

async function respond(
  handlers: ReadonlyMap<string, Handler>,
  request: IncomingMessage,
): Promise<APIGatewayProxyStructuredResultV2> {
  const body = await readBody(request);
  if (!body) return message(413, 'Request Entity Too Large');
  const url = new URL(`http://local${request.url?.startsWith('/') ? request.url : '/'}`);
  const path = decode(url.pathname);
  const found = routes.find(({ route }) => matches(route, request.method ?? '', path));
  if (!found) return message(404, 'Not Found');
  const event = toEvent(request, found.route, path, url, body);
  return (await invoke(handlers, found.function, event)) as APIGatewayProxyStructuredResultV2;
}

/** API Gateway passes decoded paths on; an invalid escape stays as it is. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Matches `METHOD /fixed/path/{greedy+}`, the kind of API Gateway routes that the topology uses. */
function matches(route: string, method: string, path: string): boolean {
  const [verb, pattern = ''] = route.split(' ');
  if (verb !== 'ANY' && verb !== method) return false;
  const greedy = pattern.indexOf('{path+}');
  return greedy === -1 ? pattern === path : path.startsWith(pattern.slice(0, greedy));
}

/** Undefined, at its end, for a body over the limit: a caller cut off while sending might never read the answer. */
const readBody = (request: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
      else if (size > 2 * MAX_REQUEST_BYTES) resolve(undefined);
    });
    request.once('error', reject);
    request.once('end', () => {
      if (size > MAX_REQUEST_BYTES) resolve(undefined);
      else resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    });
  });

function toEvent(
  request: IncomingMessage,
  routeKey: string,
  path: string,
  { search, searchParams: params }: URL,
  body: Buffer,
): APIGatewayProxyEventV2 {
  const { cookie, ...others } = request.headers;
  const headers = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
  // API Gateway passes text on as it is, and encodes everything else.
  const isText = /json|text|xml|x-www-form-urlencoded/.test(headers['content-type'] ?? '') && isUtf8(body);
  const now = new Date();
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: search.slice(1),
    headers,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    ...(search.length > 1 && {
      queryStringParameters: Object.fromEntries([...params.keys()].map((key) => [key, params.getAll(key).join(',')])),
    }),
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: crypto.randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function write(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode = 200, headers = {}, cookies = [], body = '', isBase64Encoded = false } = result;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.statusCode = statusCode;
  // Text is sent in one write with the headers.
  response.end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}
