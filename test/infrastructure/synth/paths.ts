import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');
/** Where SST works: its platform, and what it bundles. */
export const WORK = resolve(ROOT, '.sst');
export const PLATFORM = resolve(WORK, 'platform');
/** Each stage has its own folder for bundles, so that two can be made at once. */
export const workOf = (stage: string): string => resolve(WORK, 'graphs', stage);

/** Needed by CommonJS code inside an ES module. */
export const BANNER = [
  `import { createRequire as _createRequire } from 'node:module';`,
  `import { fileURLToPath as _fileURLToPath } from 'node:url';`,
  'const require = _createRequire(import.meta.url);',
  'const __filename = _fileURLToPath(import.meta.url);',
  `const __dirname = _fileURLToPath(new URL('.', import.meta.url));`,
].join('\n');
