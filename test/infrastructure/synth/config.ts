import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Loader, type Plugin } from 'esbuild';
import { BANNER, PLATFORM, ROOT, WORK, workOf } from './paths.ts';

export interface App {
  name: string;
  removal: string;
  protect: boolean;
  providers: { aws: { region: string; defaultTags: { tags: Record<string, string> } } };
}

const CONFIG = JSON.stringify(join(ROOT, 'sst.config.ts'));

/** What `app()` returns for a stage. */
export async function loadApp(stage: string): Promise<App> {
  const appOf = await importBundled<(input: { stage: string }) => App>(
    'app',
    `globalThis.$config = (config) => config;
     const { default: config } = await import(${CONFIG});
     export default (input) => config.app(input);`,
  );
  return appOf({ stage });
}

export type Run = (prepare: () => void) => Promise<unknown>;

/** `run()` inside SST's own runner, with the globals that the CLI would inject into each of our files. */
export function loadRun(stage: string, app: App): Promise<Run> {
  Object.assign(globalThis, {
    $app: { ...app, stage },
    $dev: false,
    $cli: {
      ...{ command: 'diff', dev: false, state: { version: {} } },
      paths: { home: join(WORK, 'home'), root: ROOT, work: workOf(stage), platform: PLATFORM },
    },
  });
  return importBundled<Run>(
    'run',
    `import { run } from ${JSON.stringify(join(PLATFORM, 'src/auto/run.ts'))};
     import config from ${CONFIG};
     export default (prepare) => run(async () => { prepare(); return config.run(); });`,
    {
      globals: [
        `import * as aws from '@pulumi/aws';`,
        `import * as sst from ${JSON.stringify(join(PLATFORM, 'src/components'))};`,
      ].join('\n'),
      inject: [join(PLATFORM, 'src/shim/run.js')],
    },
  );
}

interface Injected {
  globals?: string;
  inject?: string[];
}

/**
 * Bundles as the CLI does, into the platform's folder, where its dependencies are found. All stages use the same file
 * name, so that Node finds the code it has compiled for the previous one.
 */
async function importBundled<T>(kind: string, contents: string, injected: Injected = {}): Promise<T> {
  const outfile = join(PLATFORM, `longshore.${kind}.mjs`);
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, sourcefile: 'entry.ts', loader: 'ts' },
    outfile,
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    nodePaths: [join(PLATFORM, 'node_modules')],
    external: [
      '@pulumi/*',
      '@pulumiverse/*',
      '@sst-provider/*',
      '@aws-sdk/*',
      'undici',
      'esbuild',
      'archiver',
      'glob',
      'vite',
    ],
    inject: injected.inject ?? [],
    plugins: [injected.globals ? injectGlobals(injected.globals) : refuseTopLevelImports],
    logLevel: 'error',
  });
  // Others write the same file at the same time: a rename makes sure that readers get a whole one.
  const own = `${outfile}.${process.pid}`;
  writeFileSync(own, outputFiles[0]?.contents ?? '');
  renameSync(own, outfile);
  return ((await import(pathToFileURL(outfile).href)) as { default: T }).default;
}

const refuseTopLevelImports: Plugin = {
  name: 'refuse-top-level-imports',
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ importer, kind }) =>
      kind === 'import-statement' && basename(importer) === 'sst.config.ts'
        ? { errors: [{ text: 'sst.config.ts must not import at its top level' }] }
        : undefined,
    ),
};

const injectGlobals = (globals: string): Plugin => ({
  name: 'inject-globals',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.(js|ts)$/ }, ({ path }) =>
      path.startsWith(WORK)
        ? undefined
        : { contents: `${globals}\n${readFileSync(path, 'utf8')}`, loader: extname(path).slice(1) as Loader },
    ),
});
