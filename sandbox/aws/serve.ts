import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { serveLoopback } from '../loopback.ts';
import { AwsError } from './aws-error.ts';
import { LostConnection } from './faults/lost-connection.ts';

const BODY_LIMIT = 16 * 1024 * 1024;

/** What an operation may know of the caller. `onClose` runs when the caller has gone or been answered. */
export interface Caller {
  /** Its X-Amzn-Trace-Id. */
  trace?: string;
  onClose(listener: () => void): void;
}

/** Answers one operation; an `AwsError` becomes its status, anything else is a 500. */
export type Handle = (operation: string, input: unknown, caller: Caller) => unknown;

export interface Service {
  /** Prefixes of `X-Amz-Target`. */
  targets: readonly string[];
  contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  handle: Handle;
  /** The only access key that is accepted. */
  accessKeyId: string;
  /** Resolves when all writes so far are committed. Answers wait for it: they may depend on others' writes. */
  committed?: () => Promise<void> | undefined;
}

/** A request, whether from a socket or from another thread. */
interface Asked {
  headers: IncomingHttpHeaders;
  body: string | Promise<string>;
  /** Calls a listener when the caller has gone, or been answered. */
  onClose: Caller['onClose'];
}

interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export interface Listener {
  endpoint: string;
  /** Answers as the endpoint does. Rejects if the caller is to lose its connection. */
  answer(asked: Asked): Promise<Answer>;
  close(): Promise<void>;
}

/** Serves one AWS JSON protocol on a free port of the loopback interface. */
export async function serve(service: Service): Promise<Listener> {
  const { server, url, close } = await serveLoopback((request, response) => {
    const onClose: Caller['onClose'] = (listener) => void response.once('close', listener);
    answer(service, { headers: request.headers, body: readBody(request), onClose }).then(
      (answered) => send(response, answered),
      () => response.destroy(),
    );
  });
  // The SDK keeps its sockets open; closing an idle one could race with its next request.
  server.keepAliveTimeout = 0;
  return { endpoint: url, answer: (asked) => answer(service, asked), close };
}

async function answer(service: Service, asked: Asked): Promise<Answer> {
  try {
    return answerOf(service, 200, (await perform(service, asked)) ?? {});
  } catch (error) {
    if (error instanceof LostConnection) throw error;
    if (error instanceof AwsError) {
      const headers = error.queryCode ? { 'x-amzn-query-error': `${error.queryCode};Sender` } : {};
      return answerOf(service, error.status, error.body, headers);
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return answerOf(service, 500, { __type: 'InternalServerError', message });
  }
}

async function perform(service: Service, { headers, body, onClose }: Asked): Promise<unknown> {
  const [target, operation] = String(headers['x-amz-target'] ?? '').split('.');
  const text = await body;
  if (!isSignedWith(service.accessKeyId, headers.authorization)) throw invalidToken();
  if (!target || !service.targets.includes(target) || !operation) throw unknownOperation(operation ?? '');
  const trace = headers['x-amzn-trace-id'];
  const caller: Caller = { ...(typeof trace === 'string' && { trace }), onClose };
  try {
    return await service.handle(operation, parse(text), caller);
  } finally {
    await service.committed?.();
  }
}

/** Signatures are not verified: it is enough to know the current key, which only the hub has. */
function isSignedWith(accessKeyId: string, authorization = ''): boolean {
  const given = Buffer.from(/\bCredential=([^/,\s]+)/.exec(authorization)?.[1] ?? '');
  const wanted = Buffer.from(accessKeyId);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const invalidToken = (): AwsError =>
  new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', {
    status: 403,
    queryCode: 'InvalidClientTokenId',
  });

/** The error of an operation that the emulator does not have. */
export const unknownOperation = (operation: string): AwsError =>
  new AwsError(
    'com.amazon.coral.service#UnknownOperationException',
    `The local emulator has no operation ${operation}.`,
    { queryCode: 'InvalidAction' },
  );

const readBody = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
    });
    request.once('error', reject);
    request.once('end', () => {
      if (size > BODY_LIMIT)
        reject(new AwsError('RequestEntityTooLarge', 'The request is too large.', { status: 413 }));
      else resolve(Buffer.concat(chunks).toString());
    });
  });

function parse(body: string): unknown {
  try {
    return JSON.parse(body || '{}');
  } catch {
    throw new AwsError('com.amazon.coral.service#SerializationException', 'The body is not JSON.');
  }
}

function answerOf(service: Service, statusCode: number, output: unknown, more: Record<string, string> = {}): Answer {
  const headers = { 'content-type': service.contentType, 'x-amzn-requestid': randomUUID(), ...more };
  return { statusCode, headers, body: JSON.stringify(output) };
}

function send(response: ServerResponse, { statusCode, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
