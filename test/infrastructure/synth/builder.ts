import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Metafile } from 'esbuild';
import { serveLoopback } from '#sandbox/loopback';
import { type Bundling, bundle } from '../../../bench/bundle.ts';
import { ROOT, workOf } from './paths.ts';

interface BuildRequest {
  functionID: string;
  handler: string;
  properties?: Bundling;
}

export interface Bundle {
  handler: string;
  file: string;
  bytes: number;
  /** Commands of the AWS SDK in it, such as `sqs:SendMessageBatch`. */
  commands: string[];
}

/**
 * Stands in for the server inside the SST CLI, which components ask to bundle handlers and where assets go. It really
 * bundles, as SST does, so that a missing handler fails the deployment.
 */
export async function serveBuilder(stage: string, bundling: boolean) {
  const bundles: Record<string, Bundle> = {};
  const methods: Record<string, (request: never) => Promise<unknown>> = {
    'Provider.Aws.Bootstrap': async () => ({ version: 99, asset: 'assets', state: 'state', assetEcrUrl: 'images' }),
    'Runtime.Build': async (request: BuildRequest) => {
      const built = bundling ? await bundleHandler(request, workOf(stage)) : leaveOut(request, workOf(stage));
      bundles[request.functionID] = built;
      const exported = request.handler.split('.').at(-1);
      return { handler: `bundle.${exported}`, out: join(built.file, '..'), errors: [], sourcemaps: [] };
    },
  };
  const { server, url, close } = await serveLoopback(async (request, response) => {
    const { method, params } = (await json(request)) as { method: string; params: never[] };
    const answer = await Promise.resolve()
      .then(() => {
        const [first] = params;
        const called = methods[method];
        if (!called || first === undefined) throw new Error(`the builder does not know ${method}`);
        return called(first);
      })
      .then(
        (result) => ({ id: 0, result, error: null }),
        (error: Error) => ({ id: 0, result: null, error: error.message }),
      );
    response.end(JSON.stringify(answer));
  });
  // A component may ask again after any pause: a connection that Node has closed meanwhile would fail it.
  server.keepAliveTimeout = 0;
  return { bundles, url, close };
}

/** An empty file instead of a bundle. */
function leaveOut({ functionID, handler }: BuildRequest, work: string): Bundle {
  const file = join(work, 'artifacts', `${functionID}-src`, 'bundle.mjs');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  return { handler, file, bytes: 0, commands: [] };
}

async function bundleHandler({ functionID, handler, properties = {} }: BuildRequest, work: string): Promise<Bundle> {
  const [path = ''] = handler.split('.');
  const source = join(ROOT, `${path}.ts`);
  if (!existsSync(source)) throw new Error(`${handler}: there is no ${path}.ts`);
  const folder = join(work, 'artifacts', `${functionID}-src`);
  rmSync(folder, { recursive: true, force: true });
  const { file, bytes, metafile } = await bundle({ entryPoints: [source] }, folder, properties);
  return { handler, file, bytes, commands: commandsIn(metafile) };
}

const COMMAND = /@aws-sdk\/client-([\w-]+)\/.*\/commands\/(\w+)Command\.js$/;

function commandsIn({ outputs }: Metafile): string[] {
  const sources = Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0),
  );
  return sources.flatMap((path) => {
    const [, client, command] = COMMAND.exec(path) ?? [];
    return command ? [`${client}:${command}`] : [];
  });
}
