import { type ChildProcess, spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { FunctionSpec } from '#lib/topology';
import { serveLoopback } from '#sandbox/loopback';

export interface LambdaFunction {
  readonly name: string;
  /** Starts its process; resolves with the milliseconds until it asks for its first event. */
  start(): Promise<number>;
  /** Its answer; throws its error as Lambda would report it. One event at a time. */
  invoke(event: unknown, trace: string): Promise<unknown>;
  /** What it printed, line by line. */
  readonly lines: string[];
  stop(): void;
}

interface Start {
  spec: FunctionSpec;
  /** Holds `bundle.mjs` and nothing that it could import. */
  folder: string;
  /** AWS's runtime client. */
  client: string;
  environment: Record<string, string>;
}

interface Invocation {
  id: string;
  event: unknown;
  trace: string;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A function as Lambda runs it: its bundle under AWS's own runtime client, which asks a Runtime API for one event at a time. */
export async function createFunction({ spec, folder, client, environment }: Start): Promise<LambdaFunction> {
  const waiting: Invocation[] = [];
  const lines: string[] = [];
  // Two only for a moment: the next event may be asked for before an answer has arrived.
  const inHand = new Map<string, Invocation>();
  let asking: ServerResponse | undefined;
  let process: ChildProcess | undefined;
  const started = Promise.withResolvers<void>();

  /** Gives the next event, once there is one, to whoever asks. */
  function hand(): void {
    if (!asking) return;
    const next = waiting.shift();
    if (!next) return;
    inHand.set(next.id, next);
    asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': next.id,
      'lambda-runtime-deadline-ms': String(Date.now() + spec.timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': `arn:aws:lambda:eu-central-1:111122223333:function:${spec.name}`,
      'lambda-runtime-trace-id': next.trace,
    });
    asking.end(JSON.stringify(next.event));
    asking = undefined;
  }

  function fail(message: string): void {
    started.reject(new Error(`${spec.name}: ${message}`));
    for (const { reject } of [...inHand.values(), ...waiting]) reject(new Error(`${spec.name}: ${message}`));
    inHand.clear();
    waiting.length = 0;
  }

  const { server, port, close } = await serveLoopback(async (request, response) => {
    const [, id, what] = /\/runtime\/(?:invocation\/|init\/)(?:([\w-]+)\/)?(\w+)$/.exec(request.url ?? '') ?? [];
    if (what === 'next') {
      asking = response;
      started.resolve();
      return hand();
    }
    const body = await text(request);
    response.writeHead(202).end();
    if (id === undefined) return fail(`did not start: ${body}`);
    const answered = inHand.get(id);
    if (!answered) return fail(`answered ${id}, which it was not asked`);
    inHand.delete(id);
    if (what === 'error') answered.reject(new Error(`${spec.name}: ${body}`));
    else answered.resolve(body === '' ? null : JSON.parse(body));
  });
  // The client keeps its connection while it works, however long that takes.
  server.keepAliveTimeout = 0;

  function run(): ChildProcess {
    const child = spawn(globalThis.process.execPath, ['--import', join(import.meta.dirname, 'preload.ts'), client], {
      cwd: folder,
      // Nothing of this machine's environment, as Lambda has none of it.
      env: {
        ...environment,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
        AWS_LAMBDA_LOG_FORMAT: 'JSON',
        AWS_LAMBDA_FUNCTION_NAME: spec.name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
        AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/21/[$LATEST]0',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: 'bundle.handler',
        TZ: ':UTC',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
    child.on('exit', (code) => fail(`ended with ${code}:\n${lines.slice(-8).join('\n')}`));
    return child;
  }

  return {
    name: spec.name,
    lines,
    async start() {
      const began = performance.now();
      process = run();
      await started.promise;
      return performance.now() - began;
    },
    invoke(event, trace) {
      return new Promise((resolve, reject) => {
        waiting.push({ id: crypto.randomUUID(), event, trace, resolve, reject });
        hand();
      });
    },
    stop() {
      process?.removeAllListeners('exit');
      process?.kill('SIGKILL');
      void close();
    },
  };
}
