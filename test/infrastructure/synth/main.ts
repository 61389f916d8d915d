// Runs sst.config.ts and the stacks on SST's real components and Pulumi's mocks, and writes the graph of resources that
// a
// deployment would create: node main.ts <stage> <file> [unbundled]. In a separate process, as Pulumi's mocks are
// global.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serveBuilder } from './builder.ts';
import { loadApp, loadRun } from './config.ts';
import { CloudMocks } from './mocks.ts';
import { PLATFORM } from './paths.ts';

interface Pulumi {
  runtime: {
    setMocks(mocks: CloudMocks, project: string, stack: string, preview: boolean): Promise<void>;
    registerStackTransformation(transformation: (args: TransformationArgs) => undefined): void;
    runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>;
    disconnect(): Promise<void>;
  };
}

interface TransformationArgs {
  type: string;
  name: string;
  opts: { protect?: boolean; retainOnDelete?: boolean };
}

interface Debuggable {
  debuggablePromise(promise: Promise<unknown>, context: unknown): Promise<unknown>;
}

interface MockMonitor {
  prototype: { newUrn(parent: string | undefined, type: string, name: string): string };
}

const TIME_LIMIT_MS = 600_000;
const [stage = 'test', file = `${stage}.json`, bundling] = process.argv.slice(2);

// A rejected output leaves others pending for ever, so a failure ends the process after a moment for further failures.
const failures: unknown[] = [];
const fail = (failure: unknown) => {
  if (failures.push(failure) === 1) setTimeout(exitFailed, 300);
};
function exitFailed(): never {
  for (const failure of failures) console.error(failure instanceof Error ? failure.stack : failure);
  process.exit(1);
}
process.on('unhandledRejection', fail);
setTimeout(() => fail(new Error(`the stacks were not done after ${TIME_LIMIT_MS} ms`)), TIME_LIMIT_MS).unref();

const requirePlatform = createRequire(join(PLATFORM, 'package.json'));
const { runtime } = requirePlatform('@pulumi/pulumi') as Pulumi;
const { MockMonitor: monitor } = requirePlatform('@pulumi/pulumi/runtime/mocks') as { MockMonitor: MockMonitor };

// Unlike the engine, the mocks put the stack itself into every URN, where SST looks for a component's type.
const { newUrn } = monitor.prototype;
monitor.prototype.newUrn = function (parent, type, name) {
  return newUrn.call(this, parent?.includes('pulumi:pulumi:Stack') ? undefined : parent, type, name);
};

// Pulumi records where each promise was made, which takes a fifth of the time and is not shown here.
const debuggable = requirePlatform('@pulumi/pulumi/runtime/debuggable') as Debuggable;
const { debuggablePromise } = debuggable;
debuggable.debuggablePromise = (promise, context) => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return debuggablePromise(promise, context);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

try {
  const app = await loadApp(stage);
  const builder = await serveBuilder(stage, bundling !== 'unbundled');
  process.env.SST_SERVER = builder.url;
  const mocks = new CloudMocks(app.providers.aws.region);
  await runtime.setMocks(mocks, app.name, stage, false);
  const options = new Map<string, TransformationArgs['opts']>();
  const run = await loadRun(stage, app);
  const outputs = await runtime.runInPulumiStack(() =>
    run(() =>
      runtime.registerStackTransformation(({ type, name, opts }) => {
        options.set(`${type} ${name}`, opts);
        return undefined;
      }),
    ),
  );
  await runtime.disconnect();
  if (failures.length > 0) exitFailed();
  const resources = mocks.resources.map((resource) => {
    const { protect = false, retainOnDelete = false } = options.get(`${resource.type} ${resource.name}`) ?? {};
    return { ...resource, protect, retainOnDelete };
  });
  writeFileSync(file, JSON.stringify({ app, outputs, resources, bundles: builder.bundles }, unwrap));
  process.exit(0);
} catch (error) {
  failures.push(error);
  exitFailed();
}

/** Pulumi wraps secrets and outputs on the wire. */
function unwrap(_key: string, value: unknown): unknown {
  const wrapped = typeof value === 'object' && value !== null && '4dabf18193072939515e22adb298388d' in value;
  return wrapped && 'value' in value ? value.value : value;
}
