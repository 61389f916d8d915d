import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('what is logged in the last moment of a process is in the file, an error that ends it too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  const path = join(folder, 'hub.log');
  const code = `
    import { logToFile } from ${JSON.stringify(new URL('./log-file.ts', import.meta.url).href)};
    logToFile(${JSON.stringify(path)});
    console.info('begun');
    setTimeout(() => {
      console.error('ended');
      process.exit();
    }, 60);`;
  spawnSync(process.execPath, ['--input-type=module', '--eval', code]);
  expect(readFileSync(path, 'utf8')).toBe('begun\nended\n');
  rmSync(folder, { recursive: true });
});
