import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/hub.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts/audit.mjs');

const advisory = (name: string) => ({
  [name]: { via: ['another', { name, url: `https://x.invalid/GHSA-of-${name}`, severity: 'high', title: 'bad' }] },
});

/** Runs the audit with an npm that answers this, of everything and of what is shipped. */
function audit(all: object, shipped: object, ...args: string[]) {
  const folder = temporaryFolder();
  const npm = join(folder, 'npm');
  const [whole, part] = [all, shipped].map((answer) => `'${JSON.stringify(answer)}'`);
  writeFileSync(npm, `#!/bin/sh\ncase "$*" in *--omit=dev*) echo ${part};; *) echo ${whole};; esac\nexit 1\n`);
  chmodSync(npm, 0o755);
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH: folder + delimiter + process.env.PATH },
  });
  return { status, said: stderr };
}

test('an advisory for what is shipped fails, one for a tool is told', () => {
  const tool = { vulnerabilities: advisory('vite') };
  const both = { vulnerabilities: { ...advisory('vite'), ...advisory('hono') } };
  const shipped = audit(both, { vulnerabilities: advisory('hono') });
  expect(shipped).toMatchObject({ status: 1, said: expect.stringMatching(/GHSA-of-hono hono \(high\): bad: SHIPPED/) });
  expect(audit(tool, { vulnerabilities: {} })).toMatchObject({
    status: 0,
    said: expect.stringMatching(/vite.*in a tool/),
  });
});

test('nothing known passes, and a registry without advisories is told, which fails only where it is required', () => {
  const clean = { vulnerabilities: {} };
  expect(audit(clean, clean)).toMatchObject({ status: 0, said: expect.stringContaining('0 advisories') });
  const none = { message: '405 Method Not Allowed', error: { summary: '' } };
  expect(audit(none, none)).toMatchObject({ status: 0, said: expect.stringContaining('NOT DONE') });
  expect(audit(none, none, '--required')).toMatchObject({ status: 1 });
});
