import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';

/** The part of SST's `nodejs` settings that the stacks use. */
export interface Bundling {
  minify?: boolean;
  splitting?: boolean;
  esbuild?: Pick<BuildOptions, 'keepNames' | 'external'>;
}

export interface Bundled {
  /** What Lambda loads. */
  file: string;
  /** The size of all files together. */
  bytes: number;
  metafile: Metafile;
}

/** SST puts this before an ES module, so that CommonJS inside it finds `require`. */
const BANNER = [
  `import { createRequire as topLevelCreateRequire } from 'module';`,
  'const require = topLevelCreateRequire(import.meta.url);',
  `import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"`,
  'const __filename = topLevelFileUrlToPath(import.meta.url)',
  'const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))',
].join('\n');

type Source = Pick<BuildOptions, 'entryPoints' | 'stdin'>;

/**
 * Bundles one source into a folder as SST 4.17.1 does for nodejs24.x (see its `pkg/runtime/node/build.go`; also
 * compared with its binary's output for the same handler), but without the source map, which SST does not ship.
 */
export async function bundle(source: Source, folder: string, settings: Bundling): Promise<Bundled> {
  const { minify = false, splitting = false, esbuild = {} } = settings;
  const file = join(folder, 'bundle.mjs');
  const { metafile } = await build({
    ...source,
    ...(splitting
      ? { outdir: folder, splitting, entryNames: 'bundle', outExtension: { '.js': '.mjs' } }
      : { outfile: file }),
    bundle: true,
    platform: 'node',
    target: 'es2024',
    format: 'esm',
    minify,
    mainFields: ['module', 'main'],
    keepNames: esbuild.keepNames ?? true,
    external: ['sharp', 'pg-native', ...(esbuild.external ?? [])],
    banner: { js: BANNER },
    metafile: true,
    logLevel: 'silent',
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { file, bytes, metafile };
}

/** What a bundle loads when it starts: its files, and Node's modules. The rest waits for an `import()`. */
export function startOf({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((path) => path.endsWith('/bundle.mjs')) ?? '';
  const started = new Set([entry]);
  for (const path of started)
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') started.add(next);
  return [...started];
}

/** The sources that contribute to these files of a bundle. */
export const sourcesIn = ({ outputs }: Metafile, files: readonly string[]): string[] =>
  files.flatMap((file) =>
    Object.entries(outputs[file]?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : [])),
  );
