import { randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from './aws-error.ts';
import { LostConnection } from './faults/lost-connection.ts';

const BODY_LIMIT = 16 * 1024 * 1024;
const HOST = '127.0.0.1';

/** What an operation may know of the caller: `onClose` runs when it has gone, or been answered. */
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
  /** The one access key that is let in. */
  accessKeyId: string;
  /** Resolves when all writes so far are committed; answers wait for it, as they may rest on what others wrote. */
  committed?: () => Promise<void> | undefined;
}

export interface Listener {
  endpoint: string;
  close(): Promise<void>;
}

/** Serves one AWS JSON protocol on a free port of the loopback interface. */
export async function serve(service: Service): Promise<Listener> {
  const server = createServer((request, response) => {
    answer(service, request, response).catch((error: unknown) => fail(service, response, error));
  });
  // The SDK keeps its sockets; closing an idle one would race with its next request.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  return {
    endpoint: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [target, operation] = String(request.headers['x-amz-target'] ?? '').split('.');
  const body = await readBody(request);
  if (!isSignedWith(service.accessKeyId, request.headers.authorization)) throw invalidToken();
  if (!target || !service.targets.includes(target) || !operation) throw unknownOperation(operation ?? '');
  const trace = request.headers['x-amzn-trace-id'];
  const caller: Caller = {
    ...(typeof trace === 'string' && { trace }),
    onClose: (listener) => void response.once('close', listener),
  };
  try {
    const output = await service.handle(operation, parse(body), caller);
    await service.committed?.();
    send(service, response, 200, output ?? {});
  } catch (error) {
    await service.committed?.();
    throw error;
  }
}

/** Signatures are taken at their word: whoever knows the key of the moment is let in, as it is nowhere but with the hub. */
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
export function unknownOperation(operation: string): AwsError {
  return new AwsError(
    'com.amazon.coral.service#UnknownOperationException',
    `The local emulator has no operation ${operation}.`,
    { queryCode: 'InvalidAction' },
  );
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
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
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body || '{}');
  } catch {
    throw new AwsError('com.amazon.coral.service#SerializationException', 'The body is not JSON.');
  }
}

function fail(service: Service, response: ServerResponse, error: unknown): void {
  if (error instanceof LostConnection) return void response.destroy();
  if (error instanceof AwsError) {
    const headers: Record<string, string> = error.queryCode
      ? { 'x-amzn-query-error': `${error.queryCode};Sender` }
      : {};
    send(service, response, error.status, error.body, headers);
    return;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  send(service, response, 500, { __type: 'InternalServerError', message });
}

function send(
  service: Service,
  response: ServerResponse,
  status: number,
  output: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  const body = JSON.stringify(output);
  response.writeHead(status, {
    'content-type': service.contentType,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(body);
}
