import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All that tests put into the system's temporary folder lies in one of this run: workers are ended before they clean up. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
