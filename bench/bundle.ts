import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';

/** The part of SST's `nodejs` settings that the stacks use. */
export interface Bundling {
  minify?: boolean;
  format?: 'cjs' | 'esm';
  esbuild?: Pick<BuildOptions, 'mainFields' | 'keepNames' | 'external'>;
}

export interface Bundled {
  file: string;
  bytes: number;
  metafile: Metafile;
}

/** What SST puts before an ES module, for the CommonJS inside it. */
const BANNER = [
  `import { createRequire as topLevelCreateRequire } from 'module';`,
  'const require = topLevelCreateRequire(import.meta.url);',
  `import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"`,
  'const __filename = topLevelFileUrlToPath(import.meta.url)',
  'const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))',
].join('\n');

type Source = Pick<BuildOptions, 'entryPoints' | 'stdin'>;

/**
 * Bundles one source into a folder as SST 4.17.1 does for nodejs24.x (its `pkg/runtime/node/build.go`, and compared with
 * what its binary makes of the same handler), but for the source map, which SST does not ship.
 */
export async function bundle(source: Source, folder: string, settings: Bundling): Promise<Bundled> {
  const { minify = false, format = 'esm', esbuild = {} } = settings;
  const isModule = format === 'esm';
  const file = join(folder, isModule ? 'bundle.mjs' : 'bundle.cjs');
  const { metafile } = await build({
    ...source,
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'es2024',
    format,
    minify,
    mainFields: esbuild.mainFields ?? (isModule ? ['module', 'main'] : ['main']),
    keepNames: esbuild.keepNames ?? true,
    external: ['sharp', 'pg-native', ...(esbuild.external ?? [])],
    ...(isModule && { banner: { js: BANNER } }),
    metafile: true,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  return { file, bytes: output?.bytes ?? 0, metafile };
}
