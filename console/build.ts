#!/usr/bin/env node
// Bundles the console into console/dist/files.json, which its function serves: hashed names, compressed in both ways.
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const HERE = import.meta.dirname;
const OUT = join(HERE, 'dist', 'files.json');
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Builds, unless the result is newer than every source. */
export async function buildConsole(): Promise<void> {
  const root = join(HERE, '..');
  const own = 'console/{*.*,kit/*,screens/*,style/*}';
  const sources = globSync([own, 'client/**/*.ts', 'lib/platform/{currency,json}.ts', 'package-lock.json'], {
    cwd: root,
  });
  const newest = Math.max(...sources.map((path) => statSync(join(root, path)).mtimeMs));
  if (existsSync(OUT) && statSync(OUT).mtimeMs > newest) return;
  const { outputFiles } = await build({
    entryPoints: [join(HERE, 'main.tsx'), join(HERE, 'style/style.css'), join(HERE, 'icon.svg')],
    entryNames: '[name]-[hash]',
    outdir: '/assets',
    loader: { '.svg': 'copy' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  let document = readFileSync(join(HERE, 'index.html'), 'utf8');
  const files: Record<string, object> = {};
  for (const { path, contents } of outputFiles) {
    const [at = '', name, ext = ''] = /assets\/(\w+)-\w+\.(\w+)$/.exec(path) ?? [];
    document = document.replace(`{{${name}.${ext}}}`, `/console/${at}`);
    files[at] = { type: TYPES[ext], ...compress(contents) };
  }
  mkdirSync(join(HERE, 'dist'), { recursive: true });
  writeFileSync(OUT, JSON.stringify({ document, files }));
}

const compress = (bytes: Uint8Array) => ({
  br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).toString('base64'),
  gzip: gzipSync(bytes, { level: 9 }).toString('base64'),
});

if (import.meta.main) await buildConsole();
