import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives this run a temporary folder of its own and removes it at the end: workers are ended before they clean up. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
